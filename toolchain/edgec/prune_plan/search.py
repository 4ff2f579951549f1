"""search(): measured cuts -> the ratios that meet a budget, measured as a whole."""

from dataclasses import dataclass
from itertools import chain

from edgec.errors import UsageError
from edgec.progress import Progress
from edgec.prune_plan.budget import Budget
from edgec.prune_plan.choices import Choices, Found, Lab
from edgec.prune_plan.costs import Costs, Cut
from edgec.prune_plan.units import WHOLE, Ratios, even_ratios


@dataclass(frozen=True)
class Searched:
    """`needed`: how many times as fast it shall be. `found`: the choices, in the order they were measured.

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
        """Of those that meet the budget the one that loses least Dice; the even share always does."""
        return min((one for one in self.found if self.meets(one)), key=lambda one: one.lost)

    def meets(self, one: Found) -> bool:
        """Whether it is as fast as needed."""
        return one.measured >= self.needed


def search(lab: Lab, budget: Budget, progress: Progress) -> Searched:
    """The ratios by which the network meets the budget at the least Dice.

    First the network is measured with the same share taken of every unit: the largest says what can be
    reached, and how cuts work together. Then each cut alone, then choices of them; the smallest even share
    that is fast enough is a choice, too. Raises UsageError where the budget cannot be reached, or is met
    already.
    """
    even = even_ratios(lab.options)
    whole_ms, times = lab.measure(even)
    narrowest = times[even[-1]]
    needed = _checked(budget, whole_ms, narrowest)
    costs, dice = _costs(lab, whole_ms, progress)
    choices = Choices(lab, costs.through(costs.cuts_of(even[-1]), narrowest), needed, dice)
    share = next(ratios for ratios in even if times[ratios] >= needed)
    found: list[Found] = []
    for one in chain(choices.approach(narrowest), [choices.found(share, times[share])]):
        progress.say(f"choice {len(found) + 1}: {one.measured:.2f} times as fast, needed: {needed:.2f}")
        found.append(one)
    return Searched(choices.costs, needed, narrowest, dice, tuple(found))


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
