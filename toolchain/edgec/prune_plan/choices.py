"""Choices of cuts, each measured as a whole, until one is as fast as needed and hardly faster."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from edgec.prune_plan.costs import Costs, Cut
from edgec.prune_plan.greedy import choose
from edgec.prune_plan.units import Ratios

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
class Choices:
    """`needed`: how many times as fast the network shall be. `dice`: of the unpruned network."""

    lab: Lab
    costs: Costs
    needed: float
    dice: float

    def approach(self, narrowest: float) -> Iterator[Found]:
        """Choices, until one is as fast as needed and hardly faster; `narrowest`: the most that there is.

        Which cuts work together differs from choice to choice, so that one misses what its costs promise. By
        how much, the nearest choices on both sides tell: so much more or less is asked for next. A side that
        stays while the other is replaced again counts as half as far away (the Illinois method, Dowell and
        Jarratt, 1971): else a curve that bends would be followed by ever smaller steps.
        """
        before: bool | None = None
        slow, fast = _Point(1.0, 1.0), _Point(narrowest, narrowest)
        wanted = min(self.needed * math.sqrt(TOO_FAST), narrowest)
        for _ in range(TRIES):
            asked = slow.towards(fast, wanted)
            found = self._tried(asked)
            yield found
            if self.needed <= found.measured <= self.needed * TOO_FAST:
                return
            missed = found.measured < self.needed
            if missed:  # and so does all that asks for less than this choice promised
                slow = _Point(found.predicted, found.measured)
                fast = fast.nearer(wanted) if before is missed else fast
            else:
                fast = _Point(asked, found.measured)
                slow = slow.nearer(wanted) if before is missed else slow
            before = missed
            if slow.asked >= fast.asked:  # no choice is left between them
                return

    def found(self, ratios: Ratios, measured: float) -> Found:
        """A choice that was measured to be so many times as fast."""
        cuts = self.costs.cuts_of(ratios)
        lost = self.dice - self.lab.dice(ratios)
        return Found(tuple(cuts.values()), ratios, self.costs.times(cuts), measured, lost)

    def _tried(self, asked: float) -> Found:
        """The choice that the costs think `asked` times as fast, measured; where none is, the narrowest."""
        chosen = choose(self.costs, asked)
        if self.costs.times(chosen) < asked:
            chosen = {cut.unit: cut for cut in self.costs.cuts}
        ratios = self.costs.ratios(chosen)
        return self.found(ratios, self.lab.measure([ratios])[1][ratios])


class _Point(NamedTuple):
    """How many times as fast the costs were asked for, and what came out."""

    asked: float
    measured: float

    def nearer(self, wanted: float) -> "_Point":
        """As if half as far from `wanted`, by logarithms, had come out."""
        return self._replace(measured=math.sqrt(self.measured * wanted))

    def towards(self, other: "_Point", wanted: float) -> float:
        """What to ask for that `wanted` comes out, on the straight line of logarithms to `other`."""
        share = math.log(wanted / self.measured) / math.log(other.measured / self.measured)
        return float(self.asked * (other.asked / self.asked) ** share)
