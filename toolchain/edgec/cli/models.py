"""`edgec models`"""

import click

from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="models")
@click.pass_obj
def command(display: Display, /) -> None:
    """List the networks that edgec brings.

    A network of your own is named as package.module:factory, file.py:factory or net.onnx.
    """
    from edgec.report.models import models_document, models_table

    document = models_document()
    then = [f"edgec build --model {row['name']}" for row in document["models"]]
    display.result(document, models_table(document), then=then)
