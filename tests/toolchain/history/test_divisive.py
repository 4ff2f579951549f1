"""Simulations are seeded: each asserts what was seen with room on both sides."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edgec.history.divisive import FEWEST, LEVEL, change_points

numbers = st.floats(0.1, 1000, allow_nan=False)
series = st.lists(numbers, max_size=30)


def noisy(random: np.random.Generator, count: int, step_at: int, step: float) -> list[float]:
    """Around 10 with 2 % noise, and larger by `step` from `step_at` on."""
    level = np.where(np.arange(count) < step_at, 10.0, 10.0 * (1 + step))
    return [float(value) for value in level * (1 + 0.02 * random.standard_normal(count))]


def places(values: list[float]) -> list[int]:
    return [place for place, _ in change_points(values)]


def test_without_a_change_one_is_rarely_found() -> None:
    random = np.random.default_rng(5)
    found = [places(noisy(random, 20, 20, 0)) for _ in range(200)]
    assert sum(map(bool, found)) <= 3 * LEVEL * 200


def test_a_step_of_5_percent_in_noise_of_2_is_found_at_its_place() -> None:
    random = np.random.default_rng(5)
    found = [places(noisy(random, 30, 18, 0.05)) for _ in range(50)]
    assert sum(any(abs(place - 18) <= 1 for place in one) for one in found) >= 40
    assert sum(len(one) > 1 for one in found) <= 2


def test_a_step_beside_which_one_run_is_wild_is_still_found() -> None:
    random = np.random.default_rng(5)
    found = []
    for _ in range(20):
        values = noisy(random, 30, 18, 0.1)
        values[4] *= 1.5
        found.append(places(values))
    assert sum(18 in one for one in found) >= 16


def test_one_wild_run_is_no_change() -> None:
    values = noisy(np.random.default_rng(5), 30, 30, 0)
    values[12] *= 3
    assert places(values) == []


def test_what_goes_up_and_comes_back_is_two_changes() -> None:
    random = np.random.default_rng(5)
    first, second = noisy(random, 20, 10, 0.2), noisy(random, 10, 0, 0)
    assert places(first + second) == [10, 20]


def test_so_many_values_show_a_change_and_fewer_do_not() -> None:
    assert places([1.0] * 3 + [2.0] * (FEWEST - 3)) == [3]
    for count in range(FEWEST - 1):
        assert all(places([1.0] * at + [2.0] * (count - at)) == [] for at in range(count + 1))


@given(series, st.floats(0.01, 100))
def test_a_constant_series_has_no_change(values: list[float], level: float) -> None:
    assert places([level] * len(values)) == []


@given(series)
def test_places_are_inside_and_in_order_and_each_is_significant(values: list[float]) -> None:
    found = change_points(values)
    assert [place for place, _ in found] == sorted({place for place, _ in found})
    assert all(2 <= place <= len(values) - 2 and 0 < p_value <= LEVEL for place, p_value in found)


@given(series, st.sampled_from([0.25, 2.0, 1024.0]))
def test_the_unit_does_not_matter(values: list[float], unit: float) -> None:
    assert change_points([value * unit for value in values]) == change_points(values)
