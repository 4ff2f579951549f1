"""A line of the table, and its order."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from interleaved import Times, ratio_interval

from edgec.report.tables import mib, number

COLUMNS = ("", "engine", "precision", "Dice", "MiB", "median ms", "times ONNX Runtime fp32")
BASE = "ONNX Runtime"


@dataclass(frozen=True)
class Row:
    """One peer at one number of threads.

    `dice`: None where the weights are random. `times`: milliseconds of each round; None where `reason` says
    why there are none.
    """

    name: str
    engine: str
    precision: str
    ours: bool
    dice: float | None = None
    size_bytes: int | None = None
    times: Times | None = None
    reason: str | None = None

    @property
    def median_ms(self) -> float:
        """Infinite where there are no times."""
        return float("inf") if self.times is None else float(np.median(self.times))

    def cells(self, base: Times | None) -> tuple[str, ...]:
        """As the table shows it, beside the rounds of plain ONNX Runtime."""
        head = (self.name, self.engine, self.precision)
        size = "-" if self.size_bytes is None else mib(self.size_bytes)
        if self.times is None:
            return (*head, "-", size, "-", self.reason or "")
        ratio = "-" if base is None else interval(*ratio_interval(base, self.times))
        return (*head, number(self.dice, 4), size, f"{self.median_ms:.2f}", ratio)

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.name,
            "engine": self.engine,
            "precision": self.precision,
            "ours": self.ours,
            "dice": self.dice,
            "size_bytes": self.size_bytes,
            "median_ms": None if self.times is None else round(self.median_ms, 4),
            "rounds_ms": None if self.times is None else [round(float(time), 4) for time in self.times],
            "reason": self.reason,
        }


def interval(ratio: float, low: float, high: float) -> str:
    """A ratio and its 95 % interval."""
    return f"{ratio:.2f} [{low:.2f}, {high:.2f}]"


def times_of(rows: list[Row], name: str) -> Times | None:
    """The rounds of the row of that name, where there is one that ran."""
    return next((row.times for row in rows if row.name == name), None)
