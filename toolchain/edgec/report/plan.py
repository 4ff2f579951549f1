"""Which share of each block a plan takes, and what that is thought to win and measured to."""

from typing import TYPE_CHECKING, Any

from rich.table import Table

from edgec.report.tables import new_table

if TYPE_CHECKING:
    from edgec.prune_plan import Cut, Found, Plan


def plan_document(plan: "Plan") -> dict[str, Any]:
    """``{"target", "budget", "ms", "needed_times", "cuts": [...], "tried": [...], "chosen": ...}``.

    `ms`: of the unpruned network; `needed_times`: how many times as fast the budget wants it. `cuts`: each
    unit of blocks narrowed alone, with the milliseconds that it wins and the Dice that it loses before any
    training. `tried`: the choices that were measured as a whole, with what was predicted; `chosen`: the one
    that is pruned by.
    """
    searched = plan.searched
    return {
        "target": plan.target,
        "precision": plan.precision,
        "threads": plan.threads,
        "budget": {"ms": plan.budget.ms, "speedup": plan.budget.speedup},
        "folder": str(plan.folder),
        "ms": searched.costs.whole_ms,
        "dice": searched.dice,
        "needed_times": searched.needed,
        "narrowest_times": searched.narrowest,
        "cuts": [_cut(plan, cut) for cut in searched.costs.cuts],
        "tried": [_found(plan, found) for found in searched.found],
        "chosen": _found(plan, searched.chosen),
    }


def plan_table(plan: "Plan") -> Table:
    """A row for each unit of blocks: the share that goes, and what that wins and loses alone."""
    whole = plan.searched.costs.whole_ms
    title = f"{plan.target} {plan.precision}, threads: {plan.threads}: {whole:.2f} ms unpruned"
    table = new_table(title, ["block"], ["goes %", "ms won", "Dice lost", "at most ms won"])
    chosen = {cut.unit: cut for cut in plan.searched.chosen.cuts}
    for unit in dict.fromkeys(cut.unit for cut in plan.searched.costs.cuts):
        most = max(_won(whole, cut) for cut in plan.searched.costs.cuts if cut.unit == unit)
        cut = chosen.get(unit)
        told = ["-"] * 3
        if cut is not None:
            told = [f"{100 * cut.ratio:.0f}", f"{_won(whole, cut):.3f}", f"{cut.lost:.4f}"]
        table.add_row(unit, *told, f"{most:.3f}")
    return table


def plan_sentence(plan: "Plan") -> str:
    """The choice as a whole: predicted, measured, and whether that meets the budget."""
    searched = plan.searched
    one, whole = searched.chosen, searched.costs.whole_ms
    others = f", the best of {len(searched.found)} choices" if len(searched.found) > 1 else ""
    return (
        f"all together: {whole / one.predicted:.2f} ms predicted, {whole / one.measured:.2f} ms measured"
        f" ({one.measured:.2f} times as fast{others}), which meets {plan.budget}; Dice "
        f"{searched.dice - one.lost:.4f} of {searched.dice:.4f} before it is trained again"
    )


def _won(whole_ms: float, cut: "Cut") -> float:
    return whole_ms - whole_ms / cut.times


def _cut(plan: "Plan", cut: "Cut") -> dict[str, Any]:
    won = _won(plan.searched.costs.whole_ms, cut)
    return {"unit": cut.unit, "ratio": cut.ratio, "times": cut.times, "ms_won": won, "dice_lost": cut.lost}


def _found(plan: "Plan", found: "Found") -> dict[str, Any]:
    whole = plan.searched.costs.whole_ms
    return {
        "ratios": dict(found.ratios),
        "predicted_ms": whole / found.predicted,
        "measured_ms": whole / found.measured,
        "measured_times": found.measured,
        "dice_lost": found.lost,
        "meets": plan.searched.meets(found),
    }
