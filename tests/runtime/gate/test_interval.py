import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.gate.machines import Machine

from edgec_runtime.gate import Pair, slowdown
from edgec_runtime.gate.interval import Slowdown, log_ratio


def pairs_of(*ratios: float) -> list[Pair]:
    return [Pair(np.array([10.0, 20.0]), np.array([10.0, 20.0]) * ratio) for ratio in ratios]


def test_the_same_each_time_is_a_point() -> None:
    found = slowdown(pairs_of(*[1.06] * 6), 0.01)
    assert [found.ratio, found.low, found.high] == pytest.approx([1.06] * 3)


def test_a_pair_is_one_observation_however_many_rounds_it_ran() -> None:
    few = [Pair(np.full(2, 10.0), np.full(2, 10.0 * ratio)) for ratio in (1.0, 1.02, 0.99, 1.01)]
    many = [Pair(np.full(200, 10.0), np.full(200, 10.0 * ratio)) for ratio in (1.0, 1.02, 0.99, 1.01)]
    assert slowdown(few, 0.01) == slowdown(many, 0.01)


def test_one_pair_that_met_something_does_not_decide() -> None:
    found = slowdown(pairs_of(1.0, 1.01, 0.99, 1.0, 1.005, 3.0), 0.01)
    assert found.ratio == pytest.approx(1.004, abs=2e-3)


def test_fewer_than_four_pairs_with_a_round_tell_nothing() -> None:
    empty = Pair(np.array([]), np.array([]))
    found = slowdown([*pairs_of(1.5, 1.5, 1.5), empty, empty], 0.01)
    assert (found.low, found.high) == (0.0, math.inf)
    assert slowdown([empty], 0.01) == Slowdown(1.0, 0.0, math.inf)


def test_surer_is_wider_and_more_pairs_are_narrower() -> None:
    few = pairs_of(1.0, 1.02, 0.99, 1.01, 1.0, 0.98)
    assert slowdown(few, 0.001).high > slowdown(few, 0.01).high
    assert slowdown(few * 3, 0.01).high < slowdown(few, 0.01).high


def test_the_round_that_was_disturbed_does_not_count() -> None:
    assert log_ratio(Pair(np.array([10.0] * 5), np.array([10.6] * 4 + [99.0]))) == pytest.approx(
        math.log(1.06)
    )


@settings(max_examples=10, derandomize=True)
@given(between=st.floats(0, 0.02), drift=st.floats(0, 0.05), bursts=st.floats(0, 0.15))
def test_the_interval_holds_the_truth_as_often_as_it_says(
    between: float, drift: float, bursts: float
) -> None:
    """At 10 % at each end, of 60 intervals 6 are expected to miss there."""
    random = np.random.default_rng(1)
    machine = Machine(random, slower=1.04, between=between, drift=drift, bursts=bursts)
    found = [slowdown([machine.pair() for _ in range(6)], 0.1) for _ in range(60)]
    assert sum(each.low > 1.04 for each in found) < 14
    assert sum(each.high < 1.04 for each in found) < 14
