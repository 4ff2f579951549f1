"""How long a call takes, told honestly: the policy and the numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, fsum, sqrt
from statistics import median
from time import perf_counter_ns

Run = Callable[[], object]
Runs = Callable[[int], list[float]]  # so many runs -> the milliseconds of each

# As few samples as a percentile can be told from with 99 % confidence (MLPerf's early-stopping floors).
SAMPLES_FOR = {0.90: 64, 0.99: 662}
NOISY = 0.025  # coefficient of variation above which the machine is too noisy (trtexec's limit)


@dataclass(frozen=True, slots=True)
class Policy:
    """When a measurement is enough. Times in seconds.

    `runs` and `seconds`: at least so many and so long. `steady`: warm-up ends when two blocks of
    `block` runs have medians within this ratio of each other, or after `warm_up` seconds. With the default
    of 64 runs there is always a p90.
    """

    runs: int = 64
    seconds: float = 1.0
    block: int = 5
    steady: float = 0.05
    warm_up: float = 10.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of the warm runs; a percentile is None where there are too few samples for it.

    `cv`: standard deviation over mean.
    """

    median: float
    mean: float
    p90: float | None
    p99: float | None
    min: float
    max: float
    cv: float
    runs: int


def measure(runs: Runs, policy: Policy) -> Latency:
    """Warm up, then time each run on its own."""
    warm_up(runs, policy)
    times: list[float] = []
    end = perf_counter_ns() + policy.seconds * 1e9
    while len(times) < policy.runs or perf_counter_ns() < end:
        times += runs(policy.block)
    return summary(times)


def timed(run: Run) -> float:
    """Milliseconds of one call."""
    start = perf_counter_ns()
    run()
    return (perf_counter_ns() - start) / 1e6


def warm_up(runs: Runs, policy: Policy) -> None:
    """Run until it is steady."""
    end = perf_counter_ns() + policy.warm_up * 1e9
    before = 0.0
    while perf_counter_ns() < end:
        now = median(runs(policy.block))
        if abs(now - before) <= policy.steady * now:
            return
        before = now


def summary(times: list[float]) -> Latency:
    """The numbers of at least one time in milliseconds."""
    ordered = sorted(times)
    mean = fsum(ordered) / len(ordered)
    spread = sqrt(fsum((time - mean) ** 2 for time in ordered) / max(1, len(ordered) - 1))
    return Latency(
        median=_short(median(ordered)),
        mean=_short(mean),
        p90=_percentile(ordered, 0.90),
        p99=_percentile(ordered, 0.99),
        min=_short(ordered[0]),
        max=_short(ordered[-1]),
        cv=_short(spread / mean) if mean else 0.0,
        runs=len(ordered),
    )


def _percentile(ordered: list[float], share: float) -> float | None:
    """The least value that at least `share` of all do not exceed (nearest rank)."""
    if len(ordered) < SAMPLES_FOR[share]:
        return None
    return _short(ordered[ceil(round(len(ordered) * share, 6)) - 1])


def _short(value: float) -> float:
    return round(value, 4)
