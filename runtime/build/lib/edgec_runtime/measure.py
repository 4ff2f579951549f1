"""How long a call takes, told honestly: the policy and the numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, fsum, sqrt
from statistics import median
from time import perf_counter_ns

import numpy as np

Run = Callable[[], object]
Runs = Callable[[int], list[float]]  # so many runs -> the milliseconds of each

# As few samples as a percentile can be told from with 99 % confidence (MLPerf's early-stopping floors).
SAMPLES_FOR = {0.90: 64, 0.99: 662}
NOISY = 0.025  # coefficient of variation above which the machine is too noisy (trtexec's limit)
DRAWS = 500  # of the bootstrap


@dataclass(frozen=True, slots=True)
class Policy:
    """When a measurement is enough. Times in seconds.

    `runs`, `seconds` and `rounds`: at least so many runs, so long and so many turns; with the default of 64
    runs there is always a p90. `patience`: after so long it is enough with fewer runs, too. `steady`: warm-up
    ends when two blocks of `block` runs have medians within this ratio of each other, or after `warm_up`.
    """

    runs: int = 64
    seconds: float = 1.0
    rounds: int = 24
    patience: float = 60.0
    block: int = 5
    steady: float = 0.05
    warm_up: float = 10.0

    def enough(self, runs: int, seconds: float, rounds: int) -> bool:
        """Whether so many runs, in so many turns, that took so long together, tell enough."""
        if seconds >= max(self.patience, self.seconds):
            return True
        return runs >= self.runs and seconds >= self.seconds and rounds >= self.rounds


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of the warm runs; a percentile is None where there are too few samples for it.

    [`low`, `high`] holds the median with 95 %. `cv`: standard deviation over mean.
    """

    median: float
    low: float
    high: float
    mean: float
    p90: float | None
    p99: float | None
    min: float
    max: float
    cv: float
    runs: int


def timed(run: Run) -> float:
    """Milliseconds of one call."""
    start = perf_counter_ns()
    run()
    return (perf_counter_ns() - start) / 1e6


def warm_up(runs: Runs, policy: Policy) -> float:
    """Run until it is steady; gives the milliseconds of a run then."""
    end = perf_counter_ns() + policy.warm_up * 1e9
    now = median(runs(1))
    # Five runs of a network that takes seconds would be most of its measurement.
    block = policy.block if now * policy.block < 1e3 * policy.warm_up else 1
    while perf_counter_ns() < end:
        before, now = now, median(runs(block))
        if abs(now - before) <= policy.steady * now:
            break
    return now


def summary(turns: Sequence[Sequence[float]]) -> Latency:
    """The numbers of at least one time in milliseconds, measured in turns.

    What disturbs the machine disturbs the runs of a turn alike, so the bootstrap draws whole turns.
    """
    ordered = sorted(time for turn in turns for time in turn)
    mean = fsum(ordered) / len(ordered)
    spread = sqrt(fsum((time - mean) ** 2 for time in ordered) / max(1, len(ordered) - 1))
    low, high = _interval(turns)
    return Latency(
        median=_short(median(ordered)),
        low=_short(low),
        high=_short(high),
        mean=_short(mean),
        p90=_percentile(ordered, 0.90),
        p99=_percentile(ordered, 0.99),
        min=_short(ordered[0]),
        max=_short(ordered[-1]),
        cv=_short(spread / mean) if mean else 0.0,
        runs=len(ordered),
    )


def _interval(turns: Sequence[Sequence[float]]) -> tuple[float, float]:
    random = np.random.default_rng(0)
    arrays = [np.array(turn, np.float64) for turn in turns]
    medians = [
        np.median(np.concatenate([arrays[place] for place in random.integers(len(arrays), size=len(arrays))]))
        for _ in range(DRAWS)
    ]
    low, high = np.percentile(medians, [2.5, 97.5])
    return float(low), float(high)


def _percentile(ordered: list[float], share: float) -> float | None:
    """The least value that at least `share` of all do not exceed (nearest rank)."""
    if len(ordered) < SAMPLES_FOR[share]:
        return None
    return _short(ordered[ceil(round(len(ordered) * share, 6)) - 1])


def _short(value: float) -> float:
    return round(value, 4)
