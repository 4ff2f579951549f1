"""Compare candidates on a noisy machine: interleaved in one run, judged by the rounds' own ratios."""

from collections.abc import Callable
from time import perf_counter_ns
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from edgec_runtime.race import ratio

Name = TypeVar("Name")
Candidate = Callable[[], object]
Times = npt.NDArray[np.float64]

WARM_UP = 5  # rounds that do not count


def interleave(candidates: dict[Name, Candidate], rounds: int) -> dict[Name, Times]:
    """Milliseconds of each candidate in each round; a round runs every one twice, in random order.

    The second run counts: in the first the threads of the one before may still spin on a core, its own have
    to wake up, and caches are cold. A busy moment of the machine hits all of them alike.
    """
    order, names = np.random.default_rng(0), list(candidates)
    times: dict[Name, list[float]] = {name: [] for name in names}
    for number in range(-WARM_UP, rounds):
        for place in order.permutation(len(names)):
            candidate = candidates[names[place]]
            candidate()
            start = perf_counter_ns()
            candidate()
            if number >= 0:
                times[names[place]].append((perf_counter_ns() - start) / 1e6)
    return {name: np.array(values) for name, values in times.items()}


def ratio_interval(base: Times, other: Times) -> tuple[float, float, float]:
    """Median over the rounds of base / other, and its 95 % interval (see edgec_runtime.race)."""
    found = ratio(base, other)
    return found.median, found.low, found.high
