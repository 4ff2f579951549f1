"""search(): measured cuts -> the ratios that meet a budget, measured as a whole."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from edgec.errors import UsageError
from edgec.progress import Progress
from edgec.prune_plan.budget import Budget
from edgec.prune_plan.costs import Costs, Cut
from edgec.prune_plan.greedy import choose
from edgec.prune_plan.units import WHOLE, Ratios

TOO_FAST = 1.05  # so many times faster than asked for, a choice has lost Dice for nothing
TRIES = 6  # choices that are measured


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
        """Of those that meet the budget the one that loses least Dice; where none does, the fastest."""
        met = [one for one in self.found if self.meets(one)]
        return min(met, key=lambda one: one.lost) if met else max(self.found, key=lambda one: one.measured)

    def meets(self, one: Found) -> bool:
        """Whether it is as fast as needed."""
        return one.measured >= self.needed


def search(lab: Lab, budget: Budget, progress: Progress) -> Searched:
    """The ratios by which the network meets the budget at the least Dice.

    First the network with every unit as narrow as may be is measured: it says what can be reached, and how
    cuts work together. Then each cut alone, then choices of them, see `_approach`. Raises UsageError where
    the budget cannot be reached, or is met already.
    """
    options = lab.options
    narrowest = tuple((unit, ratios[-1]) for unit, ratios in options.items())
    whole_ms, times = lab.measure([narrowest])
    needed = _checked(budget, whole_ms, times[narrowest])
    costs, dice = _costs(lab, whole_ms, progress)
    largest = {cut.unit: cut for cut in costs.cuts}  # of each unit the last
    costs = costs.through(largest, times[narrowest])
    found: list[Found] = []
    for one in _approach(lab, costs, needed, times[narrowest], dice):
        progress.say(f"choice {len(found) + 1}: {one.measured:.2f} times as fast, needed: {needed:.2f}")
        found.append(one)
    return Searched(costs, needed, times[narrowest], dice, tuple(found))


class _Point(NamedTuple):
    """How many times as fast the costs were asked for, and what came out."""

    asked: float
    measured: float

    def towards(self, other: "_Point", wanted: float) -> float:
        """What to ask for that `wanted` comes out, on the straight line of logarithms to `other`."""
        share = math.log(wanted / self.measured) / math.log(other.measured / self.measured)
        return float(self.asked * (other.asked / self.asked) ** share)


def _approach(lab: Lab, costs: Costs, needed: float, narrowest: float, dice: float) -> Iterator[Found]:
    """Choices, until one is as fast as needed and hardly faster.

    Which cuts work together differs from choice to choice, so that one misses what its costs promise. By how
    much, the nearest choices on both sides tell (regula falsi): so much more or less is asked for next.
    """
    slow, fast = _Point(1.0, 1.0), _Point(narrowest, narrowest)
    wanted = min(needed * math.sqrt(TOO_FAST), narrowest)
    for _ in range(TRIES):
        asked = slow.towards(fast, wanted)
        found = _tried(lab, costs, asked, dice)
        yield found
        if needed <= found.measured <= needed * TOO_FAST:
            return
        if found.measured < needed:  # and so is all that asks for less than this choice promised
            slow = _Point(found.predicted, found.measured)
        else:
            fast = _Point(asked, found.measured)
        if slow.asked >= fast.asked:  # no choice is left between them
            return


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


def _tried(lab: Lab, costs: Costs, asked: float, dice: float) -> Found:
    """The choice that the costs think `asked` times as fast, measured; where none is, the narrowest."""
    chosen = choose(costs, asked)
    if costs.times(chosen) < asked:
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
