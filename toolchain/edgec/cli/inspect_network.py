"""`edgec inspect` of a network: its layers, its weights, and where its time goes."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.display import Display
from edgec.cli.words import CHECKPOINTS

if TYPE_CHECKING:
    from edgec.recipe import Recipe

VOLUME = (64, 64, 64)  # voxels that the numbers are for, where the network takes such
IMAGE = (256, 256)  # where the recipe takes any size


def inspect_network(
    display: Display,
    subject: str,
    targets: Sequence[str],
    precisions: Sequence[Any],
    threads: int,
    *,
    model: str | None,
    network: tuple[tuple[str, object], ...],
    size: tuple[int, int] | None,
    out: Path | None,
) -> None:
    """Show the network that `subject` names; with `targets` it is built and profiled too."""
    from edgec.anatomy import list_layers
    from edgec.report.blocks import blocks_document, blocks_table
    from edgec.report.layers import layers_csv, layers_document, layers_table
    from edgec.report.written import check_new_folder, write_folder
    from edgec.source import load_module

    if precisions and not targets:
        raise click.UsageError("--precision is of a variant: name its --target too")
    check_new_folder(out)
    recipe = _recipe(subject, model, dict(network), size)
    module = load_module(recipe.model, recipe.checkpoint, recipe.options)
    layers = list_layers(module, shape := _shape(module, recipe))
    document = layers_document(subject, shape, layers)
    if out is not None:
        from edgec.report.histograms import draw_histograms

        pictures = draw_histograms(module, layers, f"{subject}: weights")
        names = [f"histograms-{number}.png" for number in range(1, len(pictures) + 1)]
        write_folder(out, {"layers.csv": layers_csv(document), **dict(zip(names, pictures, strict=True))})
        display.say(f"{out}: layers.csv and histograms of the weights")
    parts = [layers_table(document)]
    if targets:
        from edgec.trial.blocktimes import time_blocks

        with display.progress() as progress:
            found = time_blocks(recipe, targets, precisions, threads, progress)
        document["times"] = blocks_document(found, layers)
        parts += [blocks_table(times) for times in document["times"]]
    display.result(document, *parts, then=_then(subject, shape, targets))


def _recipe(
    subject: str, model: str | None, options: dict[str, object], size: tuple[int, int] | None
) -> "Recipe":
    from edgec.errors import UsageError
    from edgec.recipe import Recipe
    from edgec.source.described import described

    if Path(subject).suffix in CHECKPOINTS:
        said = described(Path(subject), model)
    elif model is not None:
        raise UsageError(
            f"--model names the network of a checkpoint ({', '.join(CHECKPOINTS)}), not of {subject}"
        )
    else:
        said = {"model": subject}
    said["options"] = said.get("options", {}) | options
    return Recipe(**(said if size is None else said | {"size": size}))


def _shape(module: Any, recipe: "Recipe") -> tuple[int, ...]:
    """(C, H, W), or (C, D, H, W) where the first convolution is of volumes. Raises UsageError."""
    from torch import nn

    from edgec.errors import UsageError

    convolutions = (part for part in module.modules() if isinstance(part, nn.Conv2d | nn.Conv3d))
    first = next(convolutions, None)
    if first is None:
        raise UsageError("the network has no Conv2d to tell the image's channels from")
    places = VOLUME if isinstance(first, nn.Conv3d) else recipe.size or IMAGE
    return (recipe.channels or first.in_channels, *places)


def _then(subject: str, shape: Sequence[int], targets: Sequence[str]) -> list[str]:
    """Where its time goes, or else a bundle of it; nothing for a network of volumes, which have none."""
    if len(shape) > 3:
        return []
    word = "--checkpoint" if Path(subject).suffix in CHECKPOINTS else "--model"
    words = ["build", word, subject] if targets else ["inspect", subject, "--target", "cpu"]
    return [shlex.join(["edgec", *words])]
