import pytest

from edgec.tune import Budgets, Candidate
from edgec.tune.candidate import pareto_front
from edgec.tune.trials import half_width

MIB = 1024 * 1024


def candidate(times: float, drop: float, mib: float = 1.0, *, searched: float = 0.0) -> Candidate:
    return Candidate("mixed", ("a",), 10 / times, times, 0.9 - drop, drop, searched, 0.001, int(mib * MIB))


FAST, EXACT = candidate(4, 0.01, 1), candidate(2, 0.001, 2)


def test_the_fastest_of_those_that_meet_all_is_chosen() -> None:
    assert Budgets(0.02).chosen([EXACT, FAST]) is FAST
    assert Budgets(0.005).chosen([FAST, EXACT]) is EXACT
    assert Budgets(0.005, ms=4).chosen([FAST, EXACT]) is None
    assert Budgets(0.005, mib=1.5).chosen([FAST, EXACT]) is None


def test_what_is_lost_on_the_searched_images_counts_too() -> None:
    assert Budgets(0.02).chosen([candidate(4, 0.0, searched=0.03)]) is None


def test_a_budget_is_met_by_what_equals_it() -> None:
    assert Budgets(0.01, ms=2.5, mib=1).missed(FAST) == ()


def test_what_is_missed_is_told_with_both_numbers() -> None:
    assert Budgets(0.005, ms=2, mib=0.5).missed(FAST) == (
        "Dice drop 0.01000 of 0.005",
        "ms 2.50 of 2",
        "MiB 1.00 of 0.5",
    )


@pytest.mark.parametrize(("budgets", "nearest"), [(Budgets(0.009, ms=2), FAST), (Budgets(0.0005), EXACT)])
def test_the_nearest_exceeds_its_budgets_by_the_least_part(budgets: Budgets, nearest: Candidate) -> None:
    assert budgets.nearest([FAST, EXACT]) is nearest


def test_the_front_holds_what_no_other_dominates_the_fastest_first() -> None:
    small, worse = candidate(1, 0.02, 0.5), candidate(2, 0.002, 2)
    assert pareto_front([worse, small, EXACT, FAST]) == (FAST, EXACT, small)


def test_equals_do_not_dominate_each_other() -> None:
    assert len(pareto_front([FAST, candidate(4, 0.01, 1)])) == 2


def test_the_interval_of_a_mean() -> None:

    assert half_width([1.0, 1.0, 3.0, 3.0]) == pytest.approx(1.96 * (4 / 3) ** 0.5 / 2)


def test_other_images_may_lose_more_by_what_these_do_not_tell() -> None:
    assert candidate(4, 0.01, searched=0.012).likely_drop == pytest.approx(0.013)
