"""search(): measured cuts -> the ratios that meet a budget, measured as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from edgec.errors import UsageError
from edgec.progress import Progress
from edgec.prune_plan.budget import Budget
from edgec.prune_plan.costs import Costs, Cut
from edgec.prune_plan.greedy import choose
from edgec.prune_plan.units import WHOLE, Ratios

TOO_FAST = 1.05  # so many times faster than asked for, a choice has lost Dice for nothing


class Lab(Protocol):
    """What measures candidates, by their ratios."""

    @property
    def options(self) -> dict[str, tuple[float, ...]]:
        """Of each unit the ratios, ascending, that leave it different widths."""

    def measure(self, candidates: Sequence[Ratios]) -> tuple[float, dict[Ratios, float]]:
        """Milliseconds of the unpruned network, and how many times as fast each candidate is."""

    def dice(self, ratios: Ratios) -> float:
        """Of a candidate as it is pruned, before any training."""


@dataclass(frozen=True)
class Found:
    """A choice measured as a whole: `predicted` and `measured` are how many times as fast it is.

    `lost`: the Dice that it loses before any training.
    """

    cuts: tuple[Cut, ...]
    ratios: Ratios
    predicted: float
    measured: float
    lost: float


@dataclass(frozen=True)
class Searched:
    """`needed`: how many times as fast it shall be. `found`: one choice, or with its correction two.

    `narrowest`: how many times as fast the network is with every unit at its largest ratio; `dice`: of the
    unpruned network.
    """

    costs: Costs
    needed: float
    narrowest: float
    dice: float
    found: tuple[Found, ...]

    @property
    def chosen(self) -> Found:
        """Of those that meet the budget the one that loses least Dice; where none does, the fastest."""
        met = [one for one in self.found if self.meets(one)]
        return min(met, key=lambda one: one.lost) if met else max(self.found, key=lambda one: one.measured)

    def meets(self, one: Found) -> bool:
        """Whether it is as fast as needed."""
        return one.measured >= self.needed


def search(lab: Lab, budget: Budget, progress: Progress) -> Searched:
    """The ratios by which the network meets the budget at the least Dice.

    First the network with every unit as narrow as may be is measured: it says what can be reached, and how
    cuts work together. Then each cut alone. A choice that misses when it is measured, or is faster than need
    be, is corrected once. Raises UsageError where the budget cannot be reached, or is met already.
    """
    options = lab.options
    narrowest = tuple((unit, ratios[-1]) for unit, ratios in options.items())
    whole_ms, times = lab.measure([narrowest])
    needed = _checked(budget, whole_ms, times[narrowest])
    costs, dice = _costs(lab, whole_ms, progress)
    largest = {cut.unit: cut for cut in costs.cuts}  # of each unit the last
    costs = costs.through(largest, times[narrowest])
    found = [_tried(lab, costs, needed, dice)]
    if not needed <= found[0].measured <= needed * TOO_FAST:
        progress.say(f"the choice is {found[0].measured:.2f} times as fast, not {needed:.2f}: corrected once")
        made = {cut.unit: cut for cut in found[0].cuts}
        found.append(_tried(lab, costs.through(made, found[0].measured), needed, dice))
    return Searched(costs, needed, times[narrowest], dice, tuple(found))


def _checked(budget: Budget, whole_ms: float, narrowest: float) -> float:
    """How many times as fast the network must be. Raises UsageError where it cannot be, or is."""
    needed = budget.times(whole_ms)
    if needed <= 1:
        raise UsageError(f"the network takes {whole_ms:.2f} ms as it is, which meets {budget}: prune nothing")
    if needed > narrowest:
        raise UsageError(
            f"{budget} cannot be reached by pruning: as narrow as it may be the network takes "
            f"{whole_ms / narrowest:.2f} ms, {narrowest:.2f} times as fast as the {whole_ms:.2f} ms that it "
            "takes now. Ask for less, or take a smaller network or a faster precision"
        )
    return needed


def _costs(lab: Lab, whole_ms: float, progress: Progress) -> tuple[Costs, float]:
    """Each cut alone; and the Dice of the unpruned network."""
    alone: list[Ratios] = [((unit, ratio),) for unit, ratios in lab.options.items() for ratio in ratios]
    dice, lost = lab.dice(WHOLE), dict[Ratios, float]()
    with progress.step("prune each block alone and judge it", total=len(alone)) as step:
        for ratios in alone:
            lost[ratios] = dice - lab.dice(ratios)
            step.advance()
    _, times = lab.measure(alone)
    cuts = [Cut(*ratios[0], times[ratios], lost[ratios]) for ratios in alone]
    return Costs(whole_ms, tuple(cuts)), dice


def _tried(lab: Lab, costs: Costs, needed: float, dice: float) -> Found:
    """The choice by these costs, measured. Where they think none fast enough, the narrowest, which is."""
    chosen = choose(costs, needed)
    if costs.times(chosen) < needed:
        chosen = {cut.unit: cut for cut in costs.cuts}
    ratios = costs.ratios(chosen)
    _, times = lab.measure([ratios])
    return Found(
        cuts=tuple(chosen[unit] for unit, _ in ratios),
        ratios=ratios,
        predicted=costs.times(chosen),
        measured=times[ratios],
        lost=dice - lab.dice(ratios),
    )
