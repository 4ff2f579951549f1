"""`edgec train`"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.networks import network_options
from edgec.cli.words import TargetWord, Word

if TYPE_CHECKING:
    from edgec.learn.loggers import Log
    from edgec.recipe import Recipe
    from edgec.training import TrainResult

LOGS = ("tensorboard", "wandb")
OPTION_OF = {
    "model": "--model",
    "data.path": "--data",
    "train.epochs": "--epochs",
    "train.qat.epochs": "--epochs",
    "train.qat.precision": "--qat",
    "train.qat.target": "--target",
    "train.qat.profile": "--profile",
}


@click.command(cls=Command, name="train")
@click.argument("recipe_word", metavar="[RECIPE]", required=False)
@click.option(
    "--model", metavar="MODEL", help="A name of `edgec models`, package.module:factory or file.py:factory."
)
@network_options
@click.option("--data", metavar="DATA", help="Images with masks: a data set or a folder.")
@click.option("--epochs", type=click.IntRange(min=1), help="Times that every image is seen. Default: 40.")
@click.option(
    "overrides",
    "--set",
    multiple=True,
    metavar="KEY=VALUE",
    help="Another value than the recipe's, such as train.lr=1e-3; repeatable.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the run to go on with, or to begin. Default: the newest that this recipe has begun and "
    "not finished, else a new one in runs/.",
)
@click.option(
    "--qat",
    type=Word("precision", ("int8",)),
    help="Fine-tune a trained network, --set checkpoint=FILE, for this precision.",
)
@click.option("--target", type=TargetWord(), help="With --qat: the target to tune for. Default: cpu.")
@click.option("--profile", metavar="NAME", help="With --qat: the target's profile. Default: portable.")
@click.option("--find-lr", is_flag=True, help="Only look for a learning rate: tell it, and draw the curve.")
@click.option(
    "--devices", type=click.IntRange(1, 1024), default=1, help="Processes on this machine that share a batch."
)
@click.option(
    "--nodes", type=click.IntRange(1, 1024), default=1, help="Machines that do; start the command on each."
)
@click.option("--log", type=Word("log", LOGS), help="Tell the epochs there too.")
@click.pass_obj
def command(
    display: Display,
    /,
    recipe_word: str | None,
    model: str | None,
    network: tuple[tuple[str, Any], ...],
    data: str | None,
    epochs: int | None,
    overrides: tuple[str, ...],
    resume: Path | None,
    qat: str | None,
    target: str | None,
    profile: str | None,
    find_lr: bool,
    devices: int,
    nodes: int,
    log: "Log | None",
) -> None:
    """Train a network.

    RECIPE is a YAML file or the name of one that edgec brings; --model and --data say the same without one.
    After an interruption the same command goes on where it was. The folder of the run gets the best weights,
    the recipe, the metrics and pictures of them; with --qat also best.onnx, which `edgec build` quantizes as
    it was trained, and build.yaml, the recipe for that.
    """
    from edgec.errors import UsageError
    from edgec.learn.trainer import Processes
    from edgec.training import train

    if qat is None and (target, profile) != (None, None):
        raise click.UsageError("--target and --profile say what to tune for: add --qat int8")
    options: dict[str, str | int | None] = {
        "model": model,
        "data.path": data,
        "train.epochs" if qat is None else "train.qat.epochs": epochs,
        "train.qat.precision": qat,
        "train.qat.target": target,
        "train.qat.profile": profile,
    }
    recipe = _recipe(recipe_word, options, dict(network), overrides)
    if recipe.train is not None and recipe.train.qat is not None:
        if find_lr or (devices, nodes) != (1, 1):
            raise UsageError("--qat: one process tunes, at train.qat.lr; leave the other options out")
        _finetune(display, recipe, resume, log)
        return
    if find_lr:
        _find(display, recipe)
        return
    if nodes > 1 and resume is None:
        raise UsageError("--nodes: name the run's folder with --resume DIR, where all machines can write")
    with display.progress() as progress:
        result = train(recipe, resume=resume, processes=Processes(devices, nodes), log=log, progress=progress)
    if result.first:
        _show(display, result)


def _recipe(
    word: str | None,
    options: dict[str, str | int | None],
    network: dict[str, Any],
    overrides: tuple[str, ...],
) -> "Recipe":
    from edgec.recipe.file import checked, read_tree
    from edgec.recipe.plain import Tree
    from edgec.recipe.shipped import find_recipe

    if word is None and options["model"] is None:
        raise click.UsageError("name a RECIPE, or a network with --model and images with --data")
    path = None if word is None else find_recipe(word)
    tree = Tree() if path is None else read_tree(path)
    for key, value in options.items():
        if value is not None:
            tree.put(tuple(key.split(".")), value, OPTION_OF[key])
    for key, value in network.items():
        tree.put(("options", key), value, f"--option {key}")
    return checked(tree, overrides, "the command line" if path is None else str(path))


def _finetune(display: Display, recipe: "Recipe", resume: Path | None, log: "Log | None") -> None:
    from edgec.qat import finetune
    from edgec.report.curves import draw_curves
    from edgec.report.qat import qat_document, qat_table
    from edgec.report.train import draw_samples

    with display.progress() as progress:
        found = finetune(recipe, resume=resume, log=log, progress=progress)
    for warning in found.warnings:
        display.warn(warning)
    folder = found.trained.fitted.folder
    draw_curves(found.trained.fitted, folder / "curves.png")
    draw_samples(found.trained, folder / "samples.png")
    then = [shlex.join(["edgec", "build", "--recipe", str(found.written.recipe)])]
    display.result(qat_document(found), qat_table(found), then=then)


def _find(display: Display, recipe: "Recipe") -> None:
    from edgec.report.curves import draw_rates
    from edgec.report.train import rates_document
    from edgec.training import find_rate

    with display.progress() as progress:
        curve = find_rate(recipe, progress=progress)
    path = Path("learning-rate.png")
    draw_rates(curve, path)
    display.say(f"{path}: the loss over the rate")
    display.result(rates_document(curve, path), f"suggested: train.lr={curve.suggestion:.2g}")


def _show(display: Display, result: "TrainResult") -> None:
    from edgec.learn.fit import RECIPE
    from edgec.report.curves import draw_curves
    from edgec.report.train import draw_samples, summary, train_document, train_table

    fitted = result.fitted
    draw_curves(fitted, fitted.folder / "curves.png")
    draw_samples(result, fitted.folder / "samples.png")
    data, best = result.recipe.data, str(fitted.checkpoint)
    then = [
        shlex.join(["edgec", "eval", best, "--data", "DATA" if data is None else str(data.path)]),
        shlex.join(
            ["edgec", "build", "--recipe", str(fitted.folder / RECIPE), "--set", f"checkpoint={best}"]
        ),
    ]
    display.result(train_document(result), train_table(result), summary(result), then=then)
