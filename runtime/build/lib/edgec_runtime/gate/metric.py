"""What a gate compares two variants by: the seam for anything that can be counted or timed.

A metric starts both sides afresh and gives their values; the gate asks it again until it can tell. Time is
one (`latency.py`). To add another, write a class with these three attributes and this one method; nothing
else of the gate needs to know of it::

    class Instructions:
        name, unit, exact = "instructions", "instructions", True

        def pair(self, baseline: Side, candidate: Side) -> Pair:
            return Pair(np.array([count(baseline)]), np.array([count(candidate)]))
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """One variant of one bundle."""

    bundle: Path
    target: str
    precision: str
    profile: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What one fresh start of both sides gave: values (rounds,), less is better, in the metric's unit.

    The same place of both is the same round, so that what disturbs a round disturbs both alike. `dropped`:
    how many of the `runs` behind them were left out, because something else had the processor.
    """

    baseline: Values
    candidate: Values
    runs: int = 0
    dropped: int = 0


class Metric(Protocol):
    """Something that two variants are compared by."""

    @property
    def name(self) -> str:
        """One word, as `--metric` takes it: latency."""

    @property
    def unit(self) -> str:
        """Of the values: ms."""

    @property
    def exact(self) -> bool:
        """The same each time: one pair of one round decides, and there is nothing to confirm."""

    def pair(self, baseline: Side, candidate: Side) -> Pair:
        """Start both in fresh processes, measure, and end them. Raises EngineError where one does not run."""
