"""What is followed over the versions."""

from collections.abc import Callable
from dataclasses import dataclass

from edgec.history.entry import Entry


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of an entry.

    `noisy`: another run gives another value; what is not noisy repeats exactly, so that each step of it is a
    change. `smallest`: the relative step from which a change is worth telling.
    """

    key: str
    title: str
    unit: str
    noisy: bool
    smallest: float
    value: Callable[[Entry], float | None]


LATENCY = Metric("latency_ms", "latency", "ms", True, 0.01, lambda entry: entry.latency_ms)
MEMORY = Metric("memory_mib", "peak memory", "MiB", True, 0.01, lambda entry: entry.memory_mib)
SIZE = Metric("size_mib", "size", "MiB", False, 0.01, lambda entry: _mib(entry.size_bytes))
DICE = Metric("dice", "Dice", "", False, 0.001, lambda entry: entry.dice)
METRICS = (LATENCY, MEMORY, SIZE, DICE)


def _mib(size_bytes: float | None) -> float | None:
    return None if size_bytes is None else size_bytes / 2**20
