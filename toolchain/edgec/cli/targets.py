"""`edgec targets`"""

import click

from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="targets")
@click.pass_obj
def command(display: Display, /) -> None:
    """List the devices that can be built for.

    The table says which are usable here, and why the others are not.
    """
    from edgec.report.targets import targets_document, targets_table

    document = targets_document()
    here = [f"--target {row['name']}" for row in document["targets"] if row["usable"]]
    then = [f"edgec build --model unet_light {' '.join(here)}"] if here else []
    display.result(document, targets_table(document), then=then)
