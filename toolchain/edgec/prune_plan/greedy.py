"""Which cuts to make: by the Dice lost for each millisecond won, until a budget is met."""

from collections.abc import Iterator

from edgec.prune_plan.costs import Chosen, Costs, Cut

LEAST_LOST = 1e-3  # Dice: less is not told on some dozens of images, and no cut counts as cheaper


def choose(costs: Costs, needed: float) -> dict[str, Cut]:
    """The cuts that make the network `needed` times as fast as costs say, at the least Dice.

    Greedy, after Yang et al., NetAdapt, 2018, https://arxiv.org/abs/1804.03230: each step narrows the unit
    that loses least for each millisecond. Then what is not needed is given back, the most that it regains
    first. Where no choice is thought to be as fast, the fastest.
    """
    chosen: dict[str, Cut] = {}
    while costs.times(chosen) < needed:
        moves = list(_moves(costs, chosen))
        if not moves:
            return chosen
        _, cut = min(moves, key=lambda move: move[0])
        chosen[cut.unit] = cut
    return _given_back(costs, chosen, needed)


def _moves(costs: Costs, chosen: Chosen) -> Iterator[tuple[float, Cut]]:
    """(Dice lost for a millisecond, cut) of each that narrows further and makes the network faster."""
    for cut in costs.cuts:
        before = chosen.get(cut.unit)
        won = costs.ms(chosen) - costs.ms({**chosen, cut.unit: cut})
        if won > 0 and (before is None or cut.ratio > before.ratio):
            lost = cut.lost - (0.0 if before is None else before.lost)
            yield max(lost, LEAST_LOST) / won, cut


def _given_back(costs: Costs, chosen: Chosen, needed: float) -> dict[str, Cut]:
    """`chosen` with each cut, the one that loses most first, as small as the budget allows."""
    kept = dict(chosen)
    for cut in sorted(chosen.values(), key=lambda cut: cut.lost, reverse=True):
        smaller = [one for one in costs.cuts if one.unit == cut.unit and one.ratio < cut.ratio]
        for one in (None, *smaller):
            others = {unit: other for unit, other in kept.items() if unit != cut.unit}
            trial = others if one is None else {**others, cut.unit: one}
            if costs.times(trial) >= needed and costs.lost(trial) <= costs.lost(kept):
                kept = trial
                break
    return kept
