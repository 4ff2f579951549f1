"""Where a noisy series changes its level: E-divisive means.

D. S. Matteson, N. A. James: A Nonparametric Approach for Multiple Change Point Analysis of Multivariate Data,
JASA 109 (2014); for measurements of software: D. Daly et al., The Use of Change Point Detection to Identify
Software Performance Regressions in a Continuous Integration System, ICPE 2020.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.01  # how often a series without a change is said to have one
PERMUTATIONS = 999
FEWEST = 11
SMALLEST_PART = 2  # one value alone may be an outlier


def change_points(values: Sequence[float]) -> list[tuple[int, float]]:
    """The places at which the level changes, in order: (index of the first value after it, p-value).

    The series is split where the energy distance of both parts is largest, if that distance is larger than
    in all but LEVEL of its permutations; then each part in turn. The permutations are seeded: the same
    values give the same answer. The distance is that of absolute differences, which an outlier hardly moves.
    FEWEST values can show a change that leaves 3 of them on one side, 21 one that leaves 2: fewer can be
    arranged in too few ways.
    """
    return _split(np.asarray(values, np.float64), 0, np.random.default_rng(0))


def _split(values: Floats, start: int, random: np.random.Generator) -> list[tuple[int, float]]:
    if len(values) < 2 * SMALLEST_PART:
        return []
    distances = _energy(values)
    middle = int(np.unravel_index(np.argmax(distances), distances.shape)[0])
    p_value = _p_value(values, distances.max(), random)
    if p_value > LEVEL:
        return []
    before = _split(values[:middle], start, random)
    after = _split(values[middle:], start + middle, random)
    return [*before, (start + middle, p_value), *after]


def _energy(values: Floats) -> Floats:
    """The scaled energy distance of values[:i] and values[i:j] at [i, j]; 0 where a part is too small.

    j need not be the end: what goes up and comes back would hide its own change from the whole rest.
    """
    count = len(values)
    sums = np.zeros((count + 1, count + 1))
    sums[1:, 1:] = np.abs(np.subtract.outer(values, values)).cumsum(0).cumsum(1)
    corner = np.diagonal(sums)
    within = (corner[:, None] + corner[None, :]) / 2 - sums  # of the pairs in values[i:j]
    between = within[0] - within[0][:, None] - within
    left = np.arange(count + 1)[:, None]
    right = np.arange(count + 1)[None, :] - left
    fits = (left >= SMALLEST_PART) & (right >= SMALLEST_PART)
    left, right = np.where(fits, left, SMALLEST_PART), np.where(fits, right, SMALLEST_PART)
    mean_left = within[0][:, None] * 2 / (left * (left - 1))
    mean_right = within * 2 / (right * (right - 1))
    distance = 2 * between / (left * right) - mean_left - mean_right
    return np.where(fits, left * right / (left + right) * distance, 0.0)


def _p_value(values: Floats, found: float, random: np.random.Generator) -> float:
    """How often a permutation splits as well; not followed further once it is above LEVEL."""
    # Sums in another order differ in their last digits.
    threshold = found - 1e-9 * abs(found)
    as_good = 1
    for _ in range(PERMUTATIONS):
        as_good += bool(_energy(random.permutation(values)).max() >= threshold)
        if as_good > LEVEL * (PERMUTATIONS + 1):
            return 1.0
    return as_good / (PERMUTATIONS + 1)
