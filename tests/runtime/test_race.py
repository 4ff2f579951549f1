from collections.abc import Callable, Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_runtime.errors import EngineError
from edgec_runtime.measure import Policy
from edgec_runtime.race import Laps, Ratio, Runs, Times, interleave, race, ratio


def steady(milliseconds: float, noise: float = 0.0) -> Runs:
    """Says that each run took so long, without taking it."""
    random = np.random.default_rng(round(1000 * milliseconds))
    return lambda count: (milliseconds * (1 + noise * random.random(count))).tolist()


@given(factor=st.floats(0.1, 10), noise=st.floats(0, 0.05))
def test_a_ratio_lies_in_its_interval_and_is_the_same_each_time(factor: float, noise: float) -> None:
    random = np.random.default_rng(1)
    base = 10 * (1 + noise * random.random(30))
    found = ratio(factor * base, base)
    assert found.low <= found.median <= found.high
    assert found.median == pytest.approx(factor)
    assert found == ratio(factor * base, base)


def test_what_disturbs_both_does_not_move_the_ratio() -> None:
    random = np.random.default_rng(2)
    busy = random.gamma(1, 3, 60)
    found = ratio(2 * busy, busy * (1 + 0.01 * random.random(60)))
    assert 1.97 < found.low <= found.high < 2.01


def test_the_faster_one_is_told() -> None:
    times = race({"slow": steady(4, 0.1), "fast": steady(2, 0.1)})
    found = ratio(times["slow"], times["fast"])
    assert found.low > 1.8
    assert found.high < 2.2


def test_every_candidate_has_a_turn_in_each_round_and_the_order_changes() -> None:
    order: list[str] = []

    def watched(name: str) -> Runs:
        def runs(count: int) -> list[float]:
            order.append(name)
            return [50.0] * count

        return runs

    times = race({name: watched(name) for name in "abc"}, rounds=8, most=8)
    assert {len(values) for values in times.values()} == {8}
    rounds = ["".join(order[-24:][i : i + 3]) for i in range(0, 24, 3)]
    assert {"".join(sorted(turn)) for turn in rounds} == {"abc"}
    assert len(set(rounds)) > 1


def test_it_goes_on_until_it_is_decided_or_has_had_enough() -> None:
    asked: list[int] = []

    def undecided(times: Mapping[str, Times]) -> bool:
        asked.append(len(times["a"]))
        return False

    times = race({"a": steady(40), "b": steady(40)}, rounds=5, most=17, decided=undecided)
    assert asked == [5, 10]
    assert len(times["a"]) == 15


def test_a_ratio_reads_as_a_person_would_write_it() -> None:
    assert str(Ratio(1.234, 1.1, 1.3)) == "1.23 [1.10, 1.30]"


def dies_after(turns: int) -> Runs:
    """Steady for so many calls, and then gone."""
    calls = 0

    def runs(count: int) -> list[float]:
        nonlocal calls
        calls += 1
        if calls > turns:
            raise EngineError("gone")
        return [40.0] * count

    return runs


def rounds(count: int) -> Callable[[Mapping[str, Laps]], bool]:
    return lambda laps: all(len(found.turns) >= count for found in laps.values())


def test_no_run_is_lost() -> None:
    random = np.random.default_rng(3)
    told: list[list[float]] = []

    def runs(count: int) -> list[float]:
        told.append((10 + random.random(count)).tolist())
        return told[-1]

    found = interleave({"a": runs}, rounds(6))["a"]
    assert found.turns == told[-6:]
    assert found.runs == sum(len(turn) for turn in told[-6:]) == 18  # a turn fills 30 ms
    assert found.seconds == pytest.approx(sum(map(sum, told[-6:])) / 1e3)
    assert found.medians.tolist() == [sorted(turn)[1] for turn in told[-6:]]


@pytest.mark.parametrize("turns", [0, 1, 5])
def test_who_fails_leaves_the_race_and_the_others_go_on(turns: int) -> None:
    laps = interleave({"a": steady(40), "b": dies_after(turns), "c": steady(40)}, rounds(8))
    assert str(laps["b"].error) == "gone"
    assert [len(laps[name].turns) for name in "ac"] == [8, 8]
    with pytest.raises(EngineError, match="gone"):
        race({"a": steady(40), "b": dies_after(turns)}, rounds=8, most=8)


def test_a_race_of_which_nobody_is_left_ends() -> None:
    laps = interleave({"a": dies_after(4), "b": dies_after(4)}, lambda _: False)
    assert all(found.error is not None for found in laps.values())
    assert interleave({}, lambda _: False) == {}


def test_fast_and_slow_ones_have_turns_of_about_the_same_length() -> None:
    laps = interleave({"fast": steady(1), "slow": steady(50)}, rounds(3), Policy(warm_up=1))
    assert [len(turn) for turn in laps["fast"].turns] == [30, 30, 30]
    assert [len(turn) for turn in laps["slow"].turns] == [1, 1, 1]
