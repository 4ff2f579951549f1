"""What a recipe's section `prune` begins with: the trained network, and the early one to rewind to."""

from dataclasses import dataclass

from torch import nn

from edgec.errors import CheckpointError, UsageError
from edgec.recipe import PruneRecipe, Recipe, TrainRecipe
from edgec.source import Source, load_source, read_description


@dataclass(frozen=True)
class Subject:
    """The network to prune and its checkpoint's digest; `early`: that of an early epoch, to rewind to."""

    network: nn.Module
    sha256: str
    early: nn.Module | None
    early_sha256: str | None

    @property
    def about(self) -> dict[str, str]:
        """What a run depends on."""
        early = {} if self.early_sha256 is None else {"early_sha256": self.early_sha256}
        return {"source_sha256": self.sha256, **early}


def tuning(recipe: Recipe) -> tuple[PruneRecipe, Recipe]:
    """What to prune, and the recipe of the training after it: its epochs and rate are the section's own.

    Raises UsageError where the recipe has no section prune.
    """
    if recipe.prune is None:
        raise UsageError("the recipe does not say what to prune: give --ratio, or the recipe's prune.ratios")
    epochs = max(recipe.prune.epochs, 1)  # a TrainRecipe has at least one
    own = {"epochs": epochs, "lr": recipe.prune.lr, "keep_epoch": None, "start": None, "qat": None}
    train = (recipe.train or TrainRecipe()).model_copy(update=own)
    return recipe.prune, recipe.model_copy(update={"train": train})


def load_subject(recipe: Recipe, section: PruneRecipe) -> Subject:
    """The recipe's trained network. Raises UsageError where it has no weights or is no module, EdgecError."""
    source = load_source(recipe.model, recipe.checkpoint, recipe.channels, recipe.options)
    if source.module is None:
        raise UsageError(
            f"{recipe.model} is an ONNX file: name the network that it was exported from, and its checkpoint"
        )
    if source.checkpoint_sha256 is None:
        raise UsageError(
            f"{recipe.model} has no weights, and of random ones none is worth keeping: name its checkpoint "
            "with --checkpoint FILE"
        )
    early = _early(recipe, section)
    return Subject(
        network=source.module,
        sha256=source.checkpoint_sha256,
        early=None if early is None else early.module,
        early_sha256=None if early is None else early.checkpoint_sha256,
    )


def _early(recipe: Recipe, section: PruneRecipe) -> Source | None:
    """Raises CheckpointError where it is not of the training that the checkpoint is of."""
    if section.early is None:
        return None
    if recipe.checkpoint is None:
        raise UsageError("rewinding goes back in the training of a checkpoint: name that, --checkpoint FILE")
    said, before = read_description(recipe.checkpoint), read_description(section.early)
    if said is None or before is None:
        silent = recipe.checkpoint if said is None else section.early
        raise CheckpointError(
            f"{silent} does not say which training it is of: rewinding needs two of the same"
        )
    if (said.recipe_sha256, said.data_sha256) != (before.recipe_sha256, before.data_sha256):
        raise CheckpointError(
            f"{section.early} is of another training than {recipe.checkpoint}: name the epoch-N.safetensors "
            "that stands beside it"
        )
    return load_source(recipe.model, section.early, recipe.channels, recipe.options)
