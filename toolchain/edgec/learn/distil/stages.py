"""The phases of a recipe as stages, each trained by itself after the one before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from edgec.learn.distil.matching import Pair
from edgec.recipe import DistilRecipe, TrainRecipe

Phase = Literal["transfer", "hints", "task"]


@dataclass(frozen=True)
class Stage:
    """One training: `train` with the stage's own epochs and rate; `pairs`: the blocks that it compares."""

    name: str
    phase: Phase
    train: TrainRecipe
    pairs: tuple[Pair, ...] = ()


def stages(distil: DistilRecipe, train: TrainRecipe, pairs: Sequence[Pair]) -> tuple[Stage, ...]:
    """In order: the transfer where it trains, the hints' stages, the task; each with a seed of its own."""
    found = [*_transfer(distil, train), *_hints(distil, train, pairs), _task(distil, train, pairs)]
    return tuple(
        Stage(stage.name, stage.phase, _seeded(stage.train, number), stage.pairs)
        for number, stage in enumerate(found)
    )


def _transfer(distil: DistilRecipe, train: TrainRecipe) -> Iterator[Stage]:
    phase = distil.transfer
    if phase is not None and phase.epochs > 0:
        yield Stage("transfer", "transfer", _own(train, phase.epochs, phase.lr))


def _hints(distil: DistilRecipe, train: TrainRecipe, pairs: Sequence[Pair]) -> Iterator[Stage]:
    phase = distil.hints
    if phase is None:
        return
    for name, group in _groups(phase.stages, pairs):
        if group:
            yield Stage(f"hints-{name}", "hints", _own(train, phase.epochs, phase.lr), tuple(group))


def _groups(by: str, pairs: Sequence[Pair]) -> list[tuple[str, list[Pair]]]:
    if by == "all":
        return [("all", list(pairs))]
    if by == "block":
        return [(pair.student, [pair]) for pair in pairs]
    return [
        ("encoder", [pair for pair in pairs if not pair.decoder]),
        ("decoder", [pair for pair in pairs if pair.decoder]),
    ]


def _task(distil: DistilRecipe, train: TrainRecipe, pairs: Sequence[Pair]) -> Stage:
    phase = distil.task
    compared = tuple(pairs) if phase.attention > 0 else ()
    return Stage("task", "task", _own(train, phase.epochs or train.epochs, phase.lr), compared)


def _own(train: TrainRecipe, epochs: int, lr: float | None) -> TrainRecipe:
    return train.model_copy(update={"epochs": epochs, "lr": lr or train.lr})


def _seeded(train: TrainRecipe, number: int) -> TrainRecipe:
    return train.model_copy(update={"seed": train.seed + number})
