"""`edgec models`"""

import shlex

import click

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.networks import network_options

IMAGE, VOLUME = (256, 256), (64, 64, 64)  # pixels or voxels that the numbers are for


@click.command(cls=Command, name="models")
@click.option("--detail", metavar="MODEL", help="Tell what this one is made of, level by level.")
@network_options
@click.pass_obj
def command(display: Display, /, detail: str | None, network: tuple[tuple[str, object], ...]) -> None:
    """List the networks that edgec brings.

    A network of your own is named as package.module:factory, file.py:factory or net.onnx.

    --detail tells the network's options, and for an image of 256x256 (a volume of 64x64x64) its parameters,
    multiply-accumulates, the float32 activations that are alive at once, and how many pixels high the part of
    the image is that a pixel of the result sees; of a binary network its size on paper, too.
    """
    if detail is not None:
        _tell(display, detail, dict(network))
    elif network:
        raise click.UsageError("--option needs its network: add --detail MODEL")
    else:
        _list(display)


def _list(display: Display) -> None:
    from edgec.report.models import models_document, models_table

    document = models_document()
    then = ["edgec models --detail unet_light", "edgec build --model unet_light"]
    display.result(document, models_table(document), then=then)


def _tell(display: Display, name: str, given: dict[str, object]) -> None:
    import torch

    from edgec.anatomy import dissect
    from edgec.report.models import model_document, model_tables
    from edgec.zoo import create, options_of
    from edgec.zoo.paper import paper_bytes

    with torch.device("meta"):
        network = create(name, **given)
    options = options_of(name) | given
    volumes = any(isinstance(part, torch.nn.Conv3d) for part in network.modules())
    anatomy = dissect(network, (options["in_channels"], *(VOLUME if volumes else IMAGE)))
    document = model_document(name, options, anatomy, paper_bytes(network))
    words = [word for key, value in given.items() for word in ("--option", f"{key}={value}")]
    then = [] if volumes else [shlex.join(["edgec", "build", "--model", name, *words])]
    display.result(document, *model_tables(document), then=then)
