"""`edgec prune`"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.command import Command
from edgec.cli.comparisons import show_comparison
from edgec.cli.display import Display
from edgec.cli.networks import network_options
from edgec.cli.prune_budget import budget_options, plan_within
from edgec.cli.pruned import show_pruned
from edgec.cli.train import Given, learning_recipe
from edgec.cli.train import command as train
from edgec.cli.words import CHECKPOINTS, Floats, Names, Parsed, Word

if TYPE_CHECKING:
    from edgec.learn.loggers import Log


METHODS = ("l1", "l2", "batchnorm", "taylor", "pearson", "cosine", "random")
GRANULARITIES = ("block", "global", "unstructured")
REINITS = ("none", "random", "rewind")
# What is learned from, and where a run is kept, is said as to `edgec train`.
_SHARED = [option for option in train.params if option.name in {"data", "overrides", "resume", "log"}]


def _ratio(text: str) -> tuple[str, float]:
    block, equals, share = text.rpartition("=")
    try:
        return block if equals else "default", float(share)
    except ValueError as error:
        raise ValueError(f"{text!r} is no ratio: write 0.3 or BLOCK=0.3, such as encoder.1=0.1") from error


@click.command(cls=Command, name="prune", params=_SHARED)
@click.argument("word", metavar="[RECIPE|CHECKPOINT]", required=False)
@click.option(
    "--model",
    metavar="MODEL",
    help="A trained network: a name of `edgec models`, package.module:factory or file.py:factory.",
)
@network_options
@click.option(
    "ratios",
    "--ratio",
    multiple=True,
    type=Parsed("[BLOCK=]SHARE", _ratio),
    help="The share of the channels that goes, of all blocks or of one (encoder.1=0.1); repeatable. Takes "
    "the place of all ratios of RECIPE.",
)
@click.option("--method", type=Word("method", METHODS), help="What channels are ranked by. Default: l1.")
@click.option(
    "--granularity",
    type=Word("granularity", GRANULARITIES),
    help="Rank the channels of a block, of the whole network, or single weights. Default: block.",
)
@click.option(
    "--reinit",
    type=Word("start", REINITS),
    help="Train on with the weights that are left, with new ones, or with early ones. Default: none.",
)
@click.option(
    "--early",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --reinit rewind: the checkpoint that train.keep_epoch has kept.",
)
@budget_options
@click.option("--steps", type=click.IntRange(min=1), help="Prune a part, train, and so on. Default: 1.")
@click.option("--epochs", type=click.IntRange(min=0), help="Of each training; 0 for none. Default: 20.")
@click.option(
    "masks",
    "--apply",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Only make the network that these masks leave of CHECKPOINT.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="With --apply: the file to write. Default: pruned.safetensors.",
)
@click.option(
    "compared",
    "--compare",
    type=Names(),
    metavar="START,START,...",
    help="Try each of these, as --reinit takes them, with each of --ratios, and race what comes of it.",
)
@click.option("shares", "--ratios", type=Floats(), metavar="SHARE,SHARE,...", help="With --compare.")
@click.pass_obj
def command(
    display: Display,
    /,
    word: str | None,
    model: str | None,
    network: tuple[tuple[str, Any], ...],
    ratios: tuple[tuple[str, float], ...],
    method: str | None,
    granularity: str | None,
    reinit: str | None,
    early: Path | None,
    steps: int | None,
    epochs: int | None,
    masks: Path | None,
    out: Path | None,
    compared: tuple[str, ...] | None,
    shares: tuple[float, ...] | None,
    data: str | None,
    overrides: tuple[str, ...],
    resume: Path | None,
    log: "Log | None",
    **budget: Any,
) -> None:
    """Take channels from a trained network, and train what is left.

    RECIPE is a YAML file or the name of one that edgec brings, whose section prune says what goes; CHECKPOINT
    is a .safetensors, .pt or .pth file. --model alone prunes the weights that come with it. After an
    interruption the same command goes on where it was. The folder of the run gets masks.json (what was taken,
    with the scores), pruned.safetensors (the weights that are left, as they were), what `edgec train` would
    write, and build.yaml, the recipe that builds the network.

    With --budget-ms or --speedup the ratios are chosen: each block is narrowed alone, built for the target,
    timed on this machine and judged; those that lose least Dice for each millisecond go, and the whole is
    measured.

    --apply makes the smaller network again, anywhere, from the masks and the checkpoint that was pruned.
    --compare prunes in several ways, trains and builds each, and races it on every target beside the network
    as it was; the folder of --resume, by default runs/NAME-compare, gets comparison.csv, .json and .png.
    """
    if (compared is None) != (shares is None):
        raise click.UsageError("--compare and --ratios go together: --compare none,random --ratios 0.3,0.5")
    if masks is not None:
        _apply(display, masks, word, model, out or Path("pruned.safetensors"))
        return
    given: Given = [
        *_subject(word, model),
        ("--data", "data.path", data),
        ("--ratio", "prune.ratios", dict(ratios) or None),
        ("--method", "prune.method", method),
        ("--granularity", "prune.granularity", granularity),
        ("--reinit", "prune.reinit", "rewind" if compared and early else reinit),
        ("--early", "prune.early", None if early is None else str(early)),
        ("--steps", "prune.steps", steps),
        ("--epochs", "prune.epochs", epochs),
        *((f"--option {key}", f"options.{key}", value) for key, value in network),
    ]
    recipe = learning_recipe(None if _is_checkpoint(word) else word, given, overrides)
    if compared is not None and shares is not None:
        if any(value is not None for value in budget.values()):
            raise click.UsageError("--compare takes its --ratios: leave the budget and its --target out")
        show_comparison(display, recipe, compared, shares, resume)
        return
    plan = plan_within(display, recipe, **budget)
    show_pruned(display, recipe if plan is None else plan.recipe, plan, resume, log)


def _is_checkpoint(word: str | None) -> bool:
    return word is not None and word.endswith(CHECKPOINTS)


def _subject(word: str | None, model: str | None) -> Given:
    """The network that is named, or that the checkpoint says it is of."""
    if word is None or not _is_checkpoint(word):
        return [("--model", "model", model)]
    from edgec.source.described import described

    fields = described(Path(word), model) | {"checkpoint": word}
    return [(f"CHECKPOINT {word}", key, value) for key, value in fields.items()]


def _apply(display: Display, masks: Path, word: str | None, model: str | None, out: Path) -> None:
    from edgec.report.prune import applied_document, applied_table
    from edgec.training import apply_masks

    with display.progress() as progress, progress.step(f"apply {masks}"):
        applied = apply_masks(masks, None if word is None else Path(word), model, out)
    then = [shlex.join(["edgec", "build", "--checkpoint", str(out)])]
    display.result(applied_document(applied), applied_table(applied), then=then)
