"""Costs: what each cut wins and loses alone, and what several are thought to win together."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from edgec.prune_plan.units import Ratios


@dataclass(frozen=True)
class Cut:
    """One unit narrowed alone.

    `times`: how many times as fast the whole network is then. `lost`: how far its Dice is below that of the
    unpruned network, with its BatchNorm statistics taken anew and nothing trained.
    """

    unit: str
    ratio: float
    times: float
    lost: float


Chosen = Mapping[str, Cut]
"""The cut of each unit that is narrowed."""


@dataclass(frozen=True)
class Costs:
    """`whole_ms`: of the unpruned network. `cuts`: all that were measured, in the order of the network.

    Cuts together are not as fast as their product: a convolution between two narrowed blocks would count
    twice. `together` is the power of the product that a measured choice came to.
    """

    whole_ms: float
    cuts: tuple[Cut, ...]
    together: float = 1.0

    def times(self, chosen: Chosen) -> float:
        """How many times as fast the network is thought to be with these cuts."""
        return math.exp(self.together * _log_times(chosen))

    def ms(self, chosen: Chosen) -> float:
        """How long it is thought to take."""
        return self.whole_ms / self.times(chosen)

    def lost(self, chosen: Chosen) -> float:
        """The sum of the Dice that the cuts lose alone."""
        return sum(cut.lost for cut in chosen.values())

    def through(self, chosen: Chosen, times: float) -> "Costs":
        """The same, so that these cuts are as fast as was measured; as they are where that tells nothing."""
        alone = _log_times(chosen)
        return replace(self, together=math.log(times) / alone) if alone > 0 and times > 1 else self

    def ratios(self, chosen: Chosen) -> Ratios:
        """The choice by its ratios, in the order of the network."""
        units = dict.fromkeys(cut.unit for cut in self.cuts)
        return tuple((unit, chosen[unit].ratio) for unit in units if unit in chosen)

    def cuts_of(self, ratios: Ratios) -> dict[str, Cut]:
        """The cuts that ratios are, in their order."""
        found = {(cut.unit, cut.ratio): cut for cut in self.cuts}
        return {unit: found[unit, ratio] for unit, ratio in ratios}


def _log_times(chosen: Chosen) -> float:
    return sum(math.log(cut.times) for cut in chosen.values())
