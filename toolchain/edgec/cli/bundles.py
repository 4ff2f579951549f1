"""What the commands that take a bundle share: its argument, the choice of variants, the next commands."""

import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from edgec.cli.words import PRECISIONS, TargetWord, Word
from edgec.errors import UsageError

ARTIFACTS = Path("artifacts")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def bundle_argument(required: bool) -> Decorator:
    """BUNDLE, a .edgec file or a folder."""
    return click.argument("bundle", required=required, type=click.Path(path_type=Path))


def choice_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--target and --precision, each repeatable: which variants."""
    options: list[Decorator] = [
        click.option(
            "--target", "targets", multiple=True, type=TargetWord(), help="Only this one; repeatable."
        ),
        click.option(
            "--precision",
            "precisions",
            multiple=True,
            type=Word("precision", PRECISIONS),
            help="Only this one; repeatable.",
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def variant_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Which variants, and --threads."""
    threads = click.option("--threads", type=click.IntRange(1, 1024), help="Threads of the engine.")
    return choice_options(threads(function))


def newest_bundle(folder: Path = ARTIFACTS) -> Path:
    """The `.edgec` file of `folder` that was written last. Raises UsageError where there is none."""
    found = sorted(folder.glob("*.edgec"), key=lambda path: (path.stat().st_mtime_ns, path.name))
    if not found:
        raise UsageError(
            f"there is no bundle in {folder}/: name one, or build one with `edgec build --model unet_light`"
        )
    return found[-1]


def exit_code(failed: Sequence[bool]) -> int:
    """0 where no row of a table failed, 2 where all did, else 1."""
    return 0 if not any(failed) else 2 if all(failed) else 1


def bench_line(bundle: Path) -> str:
    """The command that measures `bundle`."""
    return shlex.join(["edgec", "bench", str(bundle)])


def eval_line(bundle: Path, data: str) -> str:
    """The command that scores `bundle`."""
    return shlex.join(["edgec", "eval", str(bundle), "--data", data])


def inspect_line(bundle: Path) -> str:
    """The command that shows what runs in which type in `bundle`."""
    return shlex.join(["edgec", "inspect", str(bundle), "--ops"])


def run_line(bundle: Path) -> str:
    """The command that runs `bundle` on an image, on the device too."""
    return shlex.join(
        ["python", "-m", "edgec_runtime", "run", str(bundle), "--image", "IMG.png", "--out", "mask.png"]
    )
