"""Instructions of one inference of a bundle's variant, on an emulated processor."""

import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from edgec.emulator import counter
from edgec.emulator.python import EmulatedPython
from edgec_runtime.errors import EngineError
from edgec_runtime.gate.metric import Side

RUNS = 4  # the first also prepares memory and is left out
GUEST = Path(__file__).with_name("guest.py")


@dataclass(frozen=True, slots=True)
class Count:
    """Instructions of one inference.

    `least`: of the warm runs. `runs`: of all, the first included. `classes`: of the run that is least; empty
    where the processor's instructions are not told apart.
    """

    least: int
    runs: tuple[int, ...]
    classes: dict[str, int]
    precision_in_force: str


def count(python: EmulatedPython, side: Side, runs: int = RUNS) -> Count:
    """Run the bundle's golden input `runs` times (2 or more) through `Session.run` on one thread.

    The least of the warm runs is the count: a run may hold some housekeeping of the engine's or Python's,
    never less than its own work. Raises EngineError where the program fails there.
    """
    request = {
        "bundle": str(side.bundle.resolve()),
        "target": side.target,
        "precision": side.precision,
        "profile": side.profile,
        "runs": runs,
        "mark": counter.MARK,
    }
    with TemporaryDirectory(prefix="edgec-count-") as folder:
        out = Path(folder) / "counts"
        answer = python.run([str(GUEST), json.dumps(request)], counter.switched_on(python.counter, out))
        found = counter.read(out)
    if len(found) != runs:
        raise EngineError(f"{python.core.name}: {len(found)} of {runs} runs were counted")
    least = min(found[1:], key=lambda classes: sum(classes.values()))
    return Count(
        least=sum(least.values()),
        runs=tuple(sum(classes.values()) for classes in found),
        classes={} if python.core.architecture == "x86_64" else least,
        precision_in_force=json.loads(answer.splitlines()[-1])["precision_in_force"],
    )
