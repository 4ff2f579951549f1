"""The search on a made network, whose blocks win and lose what a formula says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgec.errors import UsageError
from edgec.progress import SILENT
from edgec.prune_plan import Budget
from edgec.prune_plan.choices import TOO_FAST, TRIES
from edgec.prune_plan.search import Searched, search
from edgec.prune_plan.units import WHOLE, Ratios, even_ratios, key_of

STEPS = (0.25, 0.5, 0.75)


@dataclass
class Made:
    """Convolutions between units: each takes `weights` ms, by what is left of the units that it joins.

    `lost`: the Dice that a unit loses at ratio 1. `odd`: what a choice of some units is slower by than that.
    """

    weights: dict[tuple[str, str], float]
    lost: dict[str, float]
    odd: float = 1.0
    asked: list[Ratios] = field(default_factory=list)

    @property
    def options(self) -> dict[str, tuple[float, ...]]:
        return dict.fromkeys(self.lost, STEPS)

    def ms(self, ratios: Ratios) -> float:
        gone = dict(ratios)
        left = {unit: 1 - gone.get(unit, 0.0) for unit in self.lost}
        whole = sum(weight * prod(left[unit] for unit in units) for units, weight in self.weights.items())
        return whole * (self.odd if 1 < len(ratios) < len(self.lost) else 1)

    def measure(self, candidates: Sequence[Ratios]) -> tuple[float, dict[Ratios, float]]:
        self.asked += candidates
        whole = self.ms(WHOLE)
        return whole, {ratios: whole / self.ms(ratios) for ratios in candidates}

    def dice(self, ratios: Ratios) -> float:
        return 0.9 - sum(self.lost[unit] * ratio for unit, ratio in ratios)


def made(**lost: float) -> Made:
    """A chain of units, each joined to the next by a convolution of one millisecond."""
    units = list(lost)
    return Made(dict.fromkeys(zip(units, [*units[1:], units[-1]], strict=True), 1.0), lost)


def searched(lab: Made, budget: Budget) -> Searched:
    return search(lab, budget, SILENT)


def test_the_unit_that_loses_little_is_narrowed_and_the_dear_one_is_not() -> None:
    found = searched(made(dear=0.8, cheap=0.01, middle=0.1), Budget(speedup=1.3))
    assert found.meets(found.chosen)
    assert "dear" not in dict(found.chosen.ratios)
    assert "cheap" in dict(found.chosen.ratios)


def test_a_budget_in_milliseconds_is_the_same_as_its_speedup() -> None:
    lab = made(a=0.3, b=0.1, c=0.2)
    by_ms, by_times = (searched(lab, budget) for budget in (Budget(ms=1.5), Budget(speedup=2.0)))
    assert by_ms.chosen.ratios == by_times.chosen.ratios


def test_what_cannot_be_reached_is_refused_with_what_can_be_before_anything_else_is_measured() -> None:
    lab = made(a=0.3, b=0.1)
    with pytest.raises(
        UsageError, match=r"0.01 ms cannot be reached.* 0.12 ms, 16.00 times as fast as the 2.00"
    ):
        searched(lab, Budget(ms=0.01))
    assert len(lab.asked) == len(STEPS)


def test_a_budget_that_is_met_already_is_refused() -> None:
    with pytest.raises(UsageError, match=r"2.00 ms as it is, which meets 5 ms"):
        searched(made(a=0.3, b=0.1), Budget(ms=5))


def test_the_most_that_can_be_reached_is_reached() -> None:
    lab = made(a=0.3, b=0.1)
    narrowest = lab.measure([(("a", 0.75), ("b", 0.75))])[1].popitem()[1]
    found = searched(lab, Budget(speedup=narrowest))
    assert found.chosen.measured == pytest.approx(narrowest)


def test_after_a_choice_that_misses_when_it_is_measured_the_next_cuts_more() -> None:
    """Any two or three units of four together are a quarter slower than their product says."""
    lab = made(a=0.3, b=0.1, c=0.2, d=0.4)
    lab.odd = 1.25
    found = searched(lab, Budget(speedup=1.9))
    first, last = found.found[0], found.found[-2]
    assert not found.meets(first)
    assert found.meets(last)
    assert first.predicted < last.predicted


def test_after_a_choice_that_is_faster_than_need_be_the_next_cuts_less() -> None:
    lab = made(**{f"u{place}": 0.1 + 0.05 * place for place in range(8)})
    lab.odd = 0.5
    found = searched(lab, Budget(speedup=2.5))
    first = found.found[0]
    assert first.measured > 2.5 * TOO_FAST
    assert found.chosen.lost < first.lost
    assert found.meets(found.chosen)


def test_a_choice_too_fast_between_two_that_miss_is_not_the_end() -> None:
    """As on a real network: 1.5 times as fast was asked for, 1.21 came out, and after one correction 2.15."""
    lab = made(**{f"u{place}": 0.1 + 0.05 * place for place in range(8)})
    lab.odd = 1.4
    found = searched(lab, Budget(speedup=1.8))
    assert 1.8 <= found.chosen.measured <= 1.8 * 1.2
    assert len(found.found) <= TRIES + 1


def test_where_all_choices_miss_the_smallest_even_share_that_does_not_is_taken() -> None:
    """As beside other work, where what cuts win alone is less than what disturbs their measuring."""
    lab = made(**{f"u{place}": 0.1 + 0.05 * place for place in range(8)})
    lab.odd = 4.0
    found = searched(lab, Budget(speedup=1.7))
    assert not any(found.meets(one) for one in found.found[:-1] if len(one.ratios) < 8)
    assert found.meets(found.chosen)
    assert found.chosen.ratios == tuple((unit, 0.25) for unit in lab.lost)


def test_even_shares_take_of_a_unit_what_it_has() -> None:
    options = {"a": (0.25, 0.5, 0.75), "narrow": (0.5,)}
    assert even_ratios(options) == [
        (("a", 0.25),),
        (("a", 0.5), ("narrow", 0.5)),
        (("a", 0.75), ("narrow", 0.5)),
    ]


def test_a_unit_that_wins_nothing_keeps_its_channels() -> None:
    lab = made(a=0.3, idle=0.0, c=0.2)
    lab.weights = {("a",): 2.0, ("c",): 1.0}
    found = searched(lab, Budget(speedup=2))
    assert "idle" not in dict(found.chosen.ratios)


@settings(max_examples=60)
@given(
    lost=st.lists(st.floats(0.01, 1), min_size=2, max_size=8),
    odd=st.floats(0.7, 1.5),
    share=st.floats(0.05, 1),
)
def test_whatever_cuts_do_together_what_can_be_reached_is_reached(
    lost: list[float], odd: float, share: float
) -> None:
    lab = made(**{f"u{place}": each for place, each in enumerate(lost)})
    lab.odd = odd
    most = lab.measure([tuple((unit, STEPS[-1]) for unit in lab.lost)])[1].popitem()[1]
    found = searched(lab, Budget(speedup=most**share))
    assert found.meets(found.chosen)


@settings(max_examples=40)
@given(
    lost=st.lists(st.floats(0.01, 1), min_size=2, max_size=4),
    weights=st.lists(st.floats(0.1, 3), min_size=4, max_size=4),
    share=st.floats(0.05, 0.95),
)
def test_the_choice_meets_what_it_predicts_and_none_of_its_cuts_can_be_left_out(
    lost: list[float], weights: list[float], share: float
) -> None:
    units = [f"u{place}" for place in range(len(lost))]
    alone = {(unit,): weight for unit, weight in zip(units, weights, strict=False)}
    lab = Made(alone, dict(zip(units, lost, strict=True)))
    narrowest = tuple((unit, STEPS[-1]) for unit in units)
    most = lab.ms(WHOLE) / lab.ms(narrowest)
    found = searched(lab, Budget(speedup=most**share))
    assert found.costs.times({cut.unit: cut for cut in found.costs.cuts}) == pytest.approx(most)
    first = found.found[0]
    assert first.predicted >= found.needed * (1 - 1e-9)
    for cut in first.cuts:
        others = {other.unit: other for other in first.cuts if other is not cut}
        assert found.costs.times(others) < found.needed * TOO_FAST


def test_greedy_is_near_the_best_of_all_choices() -> None:
    lab = made(a=0.35, b=0.05, c=0.2, d=0.5)
    found = searched(lab, Budget(speedup=1.8))
    shares = product((0.0, *STEPS), repeat=4)
    every = (tuple(pair for pair in zip(lab.lost, ratios, strict=True) if pair[1]) for ratios in shares)
    best = min(0.9 - lab.dice(ratios) for ratios in every if lab.ms(WHOLE) / lab.ms(ratios) >= 1.8)
    assert found.meets(found.chosen)
    assert found.chosen.lost <= best + 0.1


def test_names_of_candidates() -> None:
    assert key_of(WHOLE) == "whole"
    assert key_of((("encoder.0", 0.25), ("up.1", 0.5))) == "encoder.0=0.25,up.1=0.5"
