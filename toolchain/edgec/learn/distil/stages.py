"""The phases of a recipe as stages, each trained by itself after the one before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from edgec.errors import UsageError
from edgec.learn.distil.matching import Pair
from edgec.recipe import DistilRecipe, Recipe, TrainRecipe

Phase = Literal["transfer", "hints", "task"]


@dataclass(frozen=True)
class Stage:
    """One training. `recipe.train` has the stage's own epochs and rate; `pairs`: the blocks it compares."""

    name: str
    phase: Phase
    recipe: Recipe
    pairs: tuple[Pair, ...] = ()


def resolve(recipe: Recipe) -> Recipe:
    """The recipe with every phase's epochs and rate said; those of the task are `train`'s own.

    Raises UsageError where it says nothing of distillation.
    """
    train, distil = recipe.train or TrainRecipe(), recipe.distil
    if distil is None:
        raise UsageError("there is no teacher: give --teacher MODEL, or the recipe's distil.teacher")

    def own(phase: Any) -> Any:
        return phase and phase.model_copy(update={"lr": phase.lr or train.lr})

    task = own(distil.task).model_copy(update={"epochs": distil.task.epochs or train.epochs})
    said = {"transfer": own(distil.transfer), "hints": own(distil.hints), "task": task}
    return recipe.model_copy(
        update={
            "train": train.model_copy(update={"epochs": task.epochs, "lr": task.lr}),
            "distil": distil.model_copy(update=said),
        }
    )


def stages(recipe: Recipe, pairs: Sequence[Pair]) -> tuple[Stage, ...]:
    """In order: the transfer where it trains, the hints' stages, the task; `recipe` as `resolve` gives it.

    Each has random numbers of its own. What is said of the epochs of `train`, such as its patience, is said
    of the task's; the weights that a stage of hints ends with go on, for there is no Dice to choose them by.
    """
    train, distil = recipe.train, recipe.distil
    assert train is not None
    assert distil is not None
    before = [*_transfer(recipe, distil), *_hints(recipe, distil, pairs)]
    compared = tuple(pairs) if distil.task.attention > 0 else ()
    return (*_seeded(before, train.seed), Stage("task", "task", recipe, compared))


def _transfer(recipe: Recipe, distil: DistilRecipe) -> Iterator[Stage]:
    phase = distil.transfer
    if phase is not None and phase.epochs > 0:
        yield Stage("transfer", "transfer", _with(recipe, epochs=phase.epochs, lr=phase.lr, keep_epoch=None))


def _hints(recipe: Recipe, distil: DistilRecipe, pairs: Sequence[Pair]) -> Iterator[Stage]:
    phase = distil.hints
    if phase is None:
        return
    own = _with(
        recipe,
        epochs=phase.epochs,
        lr=phase.lr,
        keep_epoch=None,
        patience=None,
        validate_every=phase.epochs,  # once, at the end: what is kept is what it ends with
    )
    for name, group in _groups(phase.stages, pairs):
        if group:
            yield Stage(f"hints-{name}", "hints", own, tuple(group))


def _groups(by: str, pairs: Sequence[Pair]) -> list[tuple[str, list[Pair]]]:
    if by == "all":
        return [("all", list(pairs))]
    if by == "block":
        return [(pair.student, [pair]) for pair in pairs]
    return [
        ("encoder", [pair for pair in pairs if not pair.decoder]),
        ("decoder", [pair for pair in pairs if pair.decoder]),
    ]


def _seeded(found: Sequence[Stage], seed: int) -> Iterator[Stage]:
    """The task has the recipe's seed, the stages before it the next ones."""
    for number, stage in enumerate(found, 1):
        recipe = _with(stage.recipe, seed=seed + number)
        yield Stage(stage.name, stage.phase, recipe, stage.pairs)


def _with(recipe: Recipe, **fields: object) -> Recipe:
    train = recipe.train or TrainRecipe()
    return recipe.model_copy(update={"train": train.model_copy(update=fields)})
