"""Which of several is faster, told on a noisy machine: interleaved in one run, judged by ratios.

A busy moment hits all of them alike, so that the ratio of two times within a round says more than the
milliseconds do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from edgec_runtime.measure import Policy, Runs, warm_up

Name = TypeVar("Name")
Times = npt.NDArray[np.float64]

TURN_MS = 30.0  # a turn is as many runs as fill this, so that waking up does not count for much


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast one is as the other: above 1 is faster; [low, high] holds it with 95 %."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} [{self.low:.2f}, {self.high:.2f}]"


def ratio(base: Times, other: Times) -> Ratio:
    """Median over the rounds of base / other, times of the same rounds, and its bootstrap interval.

    The percentile bootstrap of Efron, "Bootstrap methods: another look at the jackknife", 1979; the same
    numbers give the same interval.
    """
    ratios = base / other
    draws = np.random.default_rng(0).choice(ratios, (2000, len(ratios)))
    low, high = np.percentile(np.median(draws, axis=1), [2.5, 97.5])
    return Ratio(float(np.median(ratios)), float(low), float(high))


def race(
    candidates: Mapping[Name, Runs],
    rounds: int = 24,
    most: int = 72,
    decided: Callable[[Mapping[Name, Times]], bool] = lambda _: True,
) -> dict[Name, Times]:
    """Milliseconds (rounds,) of each candidate: in each round every one has a turn, in random order.

    After each `rounds` rounds `decided` is asked whether they tell enough; there are at most `most`.
    """
    turns = {name: _warmed(runs) for name, runs in candidates.items()}
    order, names = np.random.default_rng(0), list(candidates)
    times: dict[Name, list[float]] = {name: [] for name in names}
    while True:
        for _ in range(rounds):
            for place in order.permutation(len(names)):
                name = names[place]
                times[name].append(median(candidates[name](turns[name])))
        found = {name: np.array(values) for name, values in times.items()}
        if len(next(iter(found.values()))) + rounds > most or decided(found):
            return found


def _warmed(runs: Runs) -> int:
    """Warm up; gives how many runs make a turn."""
    policy = Policy(warm_up=2.0)
    warm_up(runs, policy)
    return max(1, round(TURN_MS / median(runs(policy.block))))
