"""`edgec prune` within a budget of latency: its options, and the plan that they ask for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.display import Display
from edgec.cli.words import PRECISIONS, Parsed, TargetWord, Word

if TYPE_CHECKING:
    from edgec.prune_plan import Plan
    from edgec.recipe import Recipe

_USUAL = "cpu"


def _speedup(text: str) -> float:
    try:
        found = float(text.removesuffix("x"))
    except ValueError as error:
        raise ValueError(f"{text!r} is no speed: write 2x or 1.5x") from error
    if not 1 < found < 1000:
        raise ValueError(f"{text!r} is not faster than unpruned: write 2x or 1.5x")
    return found


def budget_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--budget-ms, --speedup, and on what: --target and --precision."""
    options = [
        click.option(
            "--budget-ms",
            type=click.FloatRange(0, min_open=True),
            help="Choose the ratios so that one image takes at most so many milliseconds.",
        ),
        click.option(
            "--speedup",
            type=Parsed("TIMESx", _speedup),
            help="Or so that the network is so many times as fast as unpruned, such as 2x.",
        ),
        click.option(
            "--target",
            type=TargetWord(),
            help=f"What a budget is measured on, a machine like this one. Default: {_USUAL}.",
        ),
        click.option(
            "--precision",
            type=Word("precision", PRECISIONS),
            help="In which. Default: int8-static, where the target has it.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def plan_within(
    display: Display,
    recipe: "Recipe",
    *,
    budget_ms: float | None,
    speedup: float | None,
    target: str | None,
    precision: Any,
) -> "Plan | None":
    """The ratios that meet the budget, told as a table's worth; None where there is none to meet."""
    if budget_ms is None and speedup is None:
        if target or precision:
            raise click.UsageError("--target and --precision are of a budget: add --budget-ms or --speedup")
        return None
    if budget_ms is not None and speedup is not None:
        raise click.UsageError("--budget-ms and --speedup are two budgets: give one")
    if recipe.prune is not None and "ratios" in recipe.prune.model_fields_set:
        raise click.UsageError("a budget chooses the ratios: leave --ratio and the recipe's prune.ratios out")
    from edgec.prune_plan import Budget, plan_pruning

    budget = Budget(budget_ms, speedup)
    with display.progress() as progress:
        return plan_pruning(recipe, budget, target or _USUAL, precision, progress=progress)
