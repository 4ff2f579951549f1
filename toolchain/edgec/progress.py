"""Progress: how a long function tells what it is doing, without knowing who listens.

A function takes ``progress: Progress = SILENT`` and writes::

    with progress.step("calibrate", total=24) as step:
        for sample in samples:
            ...
            step.advance()
        step.note = "24 images"

Steps may nest. `report/progress.py` has the one that people see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


class Step:
    """A step in progress.

    `total`: how many `advance` calls to expect, None where that is not known. `note`: a few words for its
    finished line. `seconds`: how long it took, set when it ends.
    """

    def __init__(self, name: str, total: int | None = None) -> None:
        self.name = name
        self.total = total
        self.note = ""
        self.seconds = 0.0
        self.done = 0

    def advance(self, count: int = 1) -> None:
        """`count` more of `total` are done."""
        self.done += count


class Progress:
    """Times steps and says nothing; the base of those that speak."""

    @contextmanager
    def step(self, name: str, total: int | None = None) -> Iterator[Step]:
        """One step of the work, from entering to leaving the block."""
        step = self.begin(name, total)
        start = perf_counter()
        try:
            yield step
        except BaseException:
            self.end(step, failed=True)
            raise
        step.seconds = perf_counter() - start
        self.end(step, failed=False)

    def begin(self, name: str, total: int | None) -> Step:
        """Called when a step starts."""
        return Step(name, total)

    def end(self, step: Step, failed: bool) -> None:
        """Called when a step is left, with `failed` where an exception leaves it."""

    def say(self, message: str) -> None:
        """A sentence about the work that a person should see while it goes on."""


SILENT = Progress()
