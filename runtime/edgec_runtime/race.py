"""Which of several is faster, told on a noisy machine: interleaved in one run, judged by ratios.

A busy moment hits all of them alike, so that the ratio of two times within a round says more than the
milliseconds do.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from math import fsum
from statistics import median
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from edgec_runtime.errors import EngineError
from edgec_runtime.measure import Policy, Runs, warm_up
from edgec_runtime.process import VariantProcess
from edgec_runtime.spread import spread

Name = TypeVar("Name")
Times = npt.NDArray[np.float64]

TOGETHER = 4  # candidates beside the first in one race: each is a process with a whole network in memory
RACE = Policy(warm_up=2.0)
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


@dataclass(slots=True)
class Laps:
    """What one candidate did in a race.

    `turns`: the milliseconds of each of its runs, turn by turn. `error`: why it left the race, else None.
    `runs` and `seconds`: how many there were, and how long they took together.
    """

    turns: list[list[float]] = field(default_factory=list)
    error: EngineError | None = None
    runs: int = 0
    seconds: float = 0.0

    def add(self, turn: list[float]) -> None:
        """Note the milliseconds of one more turn's runs."""
        self.turns.append(turn)
        self.runs += len(turn)
        self.seconds += fsum(turn) / 1e3

    @property
    def medians(self) -> Times:
        """Milliseconds (rounds,): of each turn."""
        return np.array([median(turn) for turn in self.turns])


Enough = Callable[[Mapping[Name, Laps]], bool]


def interleave(
    candidates: Mapping[Name, Runs], enough: Enough[Name], policy: Policy = RACE
) -> dict[Name, Laps]:
    """Run them in rounds: in each one every candidate has a turn, in random order, until it is `enough`.

    They are warmed up first, one after the other, as `policy` says. A candidate that raises EngineError
    leaves the race; `enough` is asked after each round, of those that are still in it.
    """
    laps: dict[Name, Laps] = {name: Laps() for name in candidates}
    turns: dict[Name, int] = {}

    def attempt(name: Name, count: int | None) -> None:
        try:
            if count is None:
                turns[name] = max(1, round(TURN_MS / warm_up(candidates[name], policy)))
            else:
                laps[name].add(candidates[name](count))
        except EngineError as error:
            laps[name].error = error

    for name in candidates:
        attempt(name, None)
    order = np.random.default_rng(0)
    while running := {name: found for name, found in laps.items() if found.error is None}:
        names = list(running)
        for place in order.permutation(len(names)):
            attempt(names[place], turns[names[place]])
        if enough({name: found for name, found in running.items() if found.error is None}):
            break
    return laps


def race(
    candidates: Mapping[Name, Runs],
    rounds: int = 24,
    most: int = 72,
    decided: Callable[[Mapping[Name, Times]], bool] = lambda _: True,
) -> dict[Name, Times]:
    """Milliseconds (rounds,) of each candidate, interleaved; raises EngineError where one fails.

    After each `rounds` rounds `decided` is asked whether they tell enough; there are at most `most`.
    """

    def enough(laps: Mapping[Name, Laps]) -> bool:
        if len(laps) < len(candidates):
            return True
        count = len(next(iter(laps.values())).turns)
        if count % rounds:
            return False
        return count + rounds > most or decided({name: found.medians for name, found in laps.items()})

    laps = interleave(candidates, enough)
    for found in laps.values():
        if found.error is not None:
            raise found.error
    return {name: found.medians for name, found in laps.items()}


def race_processes(
    starts: Mapping[Name, Callable[[], VariantProcess]],
    decided: Callable[[Mapping[Name, Times]], bool] = lambda _: True,
) -> dict[Name, Times]:
    """`race` of variants, each started in a process of its own and ended here, on the same cores."""
    with ExitStack() as stack:
        processes = {name: stack.enter_context(start()) for name, start in starts.items()}
        spread(list(processes.values()))
        return race({name: process.run for name, process in processes.items()}, decided=decided)
