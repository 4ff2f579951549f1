"""The networks of a comparison: the one as it was, and one for each way to prune it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from edgec.errors import UsageError
from edgec.learn.record import METRICS
from edgec.pipeline import build
from edgec.progress import Progress
from edgec.recipe import PruneRecipe, Recipe
from edgec.recipe.file import read_recipe
from edgec.recipe.prune import DEFAULT
from edgec.training.prune import BUILD, prune
from edgec_runtime.format.manifest import Precision

BASE = "as-it-was"
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8-static")


@dataclass(frozen=True)
class Entrant:
    """One network. `reinit` and `ratio` are None, and so is `recipe.prune`, of the one as it was."""

    name: str
    recipe: Recipe
    reinit: str | None
    ratio: float | None


def entrants(recipe: Recipe, reinits: Sequence[str], ratios: Sequence[float]) -> tuple[Entrant, ...]:
    """The network of `recipe` as it was, then each of `ratios` with each of `reinits`.

    All else is as the recipe's section prune says. Raises UsageError where that is not possible.
    """
    section = (recipe.prune or PruneRecipe()).model_dump()
    found = [Entrant(BASE, recipe.model_copy(update={"prune": None}), None, None)]
    for ratio in ratios:
        for reinit in reinits:
            early = section["early"] if reinit == "rewind" else None
            own = {**section, "ratios": {DEFAULT: ratio}, "reinit": reinit, "early": early}
            try:
                pruned = recipe.model_copy(update={"prune": PruneRecipe.model_validate(own)})
            except ValidationError as error:
                why = error.errors()[0]["msg"].removeprefix("Value error, ")
                raise UsageError(f"{reinit} at {ratio:g}: {why}") from error
            found.append(Entrant(f"{reinit}-{ratio:g}", pruned, reinit, ratio))
    return tuple(found)


def trained(entrant: Entrant, folder: Path, progress: Progress) -> Recipe:
    """What builds the network, which is pruned and trained in `folder` where that is not done yet."""
    if entrant.recipe.prune is None:
        return entrant.recipe.model_copy(update={"train": None})
    if not _finished(folder):
        with progress.step(f"prune and train {entrant.name}"):
            prune(entrant.recipe, resume=folder, progress=progress)
    return read_recipe(folder / BUILD)


def bundle_of(entrant: Entrant, folder: Path, progress: Progress) -> Path:
    """The entrant's bundle in `folder`, in float and in integers, built where it is not there yet."""
    found = sorted((folder / "artifacts").glob("*.edgec"))
    if found:
        return found[0]
    recipe = trained(entrant, folder, progress)
    recipe = recipe.model_copy(update={"name": entrant.name, "precisions": PRECISIONS})
    with progress.step(f"build {entrant.name}"):
        return build(recipe, folder / "artifacts", slower="unmeasured", progress=progress).bundle


def _finished(folder: Path) -> bool:
    """Whether the run there is over, and all that `prune` writes is written."""
    try:
        document = json.loads((folder / METRICS).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(document.get("finished")) and (folder / BUILD).exists()
