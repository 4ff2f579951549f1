"""Instructions as a metric of the gate: the same on a busy machine as on a quiet one."""

from pathlib import Path

import numpy as np

from edgec.emulator.cores import core_of
from edgec.emulator.count import count
from edgec.emulator.python import EmulatedPython
from edgec_runtime.gate.metric import Pair, Side, Values
from edgec_targets import load_target


class Instructions:
    """Counts both sides on the target's processor; `cache`: where the emulator is set up."""

    name, unit, exact = "instructions", "instructions", True

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def pair(self, baseline: Side, candidate: Side) -> Pair:
        """One round. Raises EmulatorError, and EngineError where a side does not run there."""
        return Pair(self._count(baseline), self._count(candidate), runs=1)

    def _count(self, side: Side) -> Values:
        python = EmulatedPython(core_of(load_target(side.target)), self._cache)
        return np.array([count(python, side).least], np.float64)
