"""apply_masks(): masks and the checkpoint that they are for -> the pruned network's, on any machine."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from edgec import zoo
from edgec.errors import UsageError
from edgec.learn.checkpoint import describe, write_checkpoint
from edgec.learn.inputs import first_channels
from edgec.learn.predict import segmenter
from edgec.learn.prune.masks import Masks, read_masks
from edgec.learn.prune.prune import check_runs, prune
from edgec.learn.prune.pruned import pruned_of
from edgec.recipe import Recipe
from edgec.recipe.input_spec import input_spec
from edgec.source import load_source
from edgec.source.described import described
from edgec.source.description import read_description
from edgec.training.size import Size, size_of

_SIDE = 256  # pixels of the image that sizes are told for


@dataclass(frozen=True)
class Applied:
    """The pruned network's checkpoint, and the sizes of the network before and after."""

    checkpoint: Path
    masks: Masks
    before: Size
    after: Size


def apply_masks(path: Path, checkpoint: Path | None, model: str | None, out: Path) -> Applied:
    """Write to `out` what the masks in `path` leave of the network in `checkpoint`.

    The weights have the bits that those of the run's pruned.safetensors have. `checkpoint`: None for the
    weights that edgec ships. `model`: names the network again where it is of a user's own, since no file
    decides which code is run. Raises CheckpointError where the masks are damaged, or for another checkpoint
    or network; ModelSourceError, UsageError, OutputError.
    """
    masks = read_masks(path)
    if model is None and masks.model not in zoo.MODELS:
        raise UsageError(f"{path} is for a network of your own, {masks.model}: name it with --model")
    model = model or masks.model
    said = {} if checkpoint is None else described(checkpoint, model)
    recipe = Recipe.model_validate({"model": model, "options": masks.options, **said})
    source = load_source(model, checkpoint, options=recipe.options)
    masks.check_source(source.checkpoint_sha256, str(checkpoint or f"the one that edgec ships of {model}"))
    if source.module is None:
        raise UsageError(f"{model} is an ONNX file: name the network that it was exported from")
    network = prune(source.module, masks)
    segment = segmenter(source.module, recipe, source.channels)
    image = (source.channels, _SIDE, _SIDE)
    check_runs(network, torch.zeros(1, *image), segment.channels)
    _write(out, network, recipe, checkpoint, segment.classes)
    return Applied(out, masks, size_of(source.module, image), size_of(network, image))


def _write(out: Path, network: nn.Module, recipe: Recipe, checkpoint: Path | None, classes: int) -> None:
    """It says of itself what its source said; where that said nothing, classes have numbers for names."""
    names = recipe.classes or ("background", *(f"class-{i}" for i in range(1, classes)))
    said = None if checkpoint is None else read_description(checkpoint)
    data_sha256 = None if said is None else said.data_sha256
    spec = input_spec(recipe, first_channels(network))
    write_checkpoint(out, network, describe(recipe, spec, names, data_sha256, pruned_of(network)), {})
