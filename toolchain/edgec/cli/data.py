"""`edgec data`"""

import shlex
from pathlib import Path

import click

from edgec.cli.command import Command, Group
from edgec.cli.display import Display
from edgec.cli.words import LAYOUTS, Names, Word


@click.group(cls=Group, default="check", name="data")
def command() -> None:
    """Look at images and masks before anyone learns from them.

    `edgec data check PATH` tells what is wrong with a folder of them.
    """


@command.command(cls=Command, name="check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--layout", type=Word("layout", LAYOUTS), default="auto", help="Default: by what lies there.")
@click.option(
    "--classes",
    type=Names(),
    metavar="N|NAME,...",
    help="How many, or their names, the background first. Default: what the data set says.",
)
@click.pass_obj
def check(display: Display, /, path: Path, layout: str, classes: tuple[str, ...] | None) -> int:
    """Tell what is wrong with a folder of images and masks.

    PATH is a folder in any layout, or a data set that is shipped. Looks for masks that are missing, empty, of
    another size than their image or with labels that are no class, for files that cannot be read, and for
    images that are there twice or in both parts of the split. Exit code 1: something is wrong.
    """
    from edgec.data.check import check_data
    from edgec.recipe import DataRecipe
    from edgec.report.data import data_document, data_parts

    count = int(classes[0]) if classes and len(classes) == 1 and classes[0].isdecimal() else None
    recipe = DataRecipe.model_validate(
        {"path": path, "layout": layout, "classes": None if count is not None else classes}
    )
    with display.progress() as progress:
        report = check_data(recipe, count, progress)
    then = [shlex.join(["edgec", "train", "--model", "unet_light", "--data", str(path)])]
    display.result(
        data_document(report),
        *data_parts(report),
        then=then if report.has_masks and not report.findings else [],
    )
    return 1 if report.findings else 0
