"""What a network is given in training: the same as a device's Session will give it."""

from torch import nn

from edgec.errors import UsageError
from edgec.recipe import Recipe
from edgec_runtime.format.manifest import InputSpec

MULTIPLE = 32
"""Where the recipe leaves the size open, images are scaled to a multiple of this, which every U-Net takes."""


def input_spec(recipe: Recipe, channels: int) -> InputSpec:
    """How an image becomes the network's input of so many channels. Raises UsageError."""
    colour = recipe.colour or ("grey" if channels == 1 else "rgb")
    if channels != (1 if colour == "grey" else 3):
        raise UsageError(
            f"the network takes {channels} channels, a {colour} image has {1 if colour == 'grey' else 3}: "
            "choose the recipe's colour, or a network that takes 1 or 3 channels"
        )
    height, width = recipe.size if recipe.size is not None else (None, None)
    return InputSpec(
        name="image",
        channels=channels,
        height=height,
        width=width,
        multiple_of=MULTIPLE,
        colour=colour,
        scale=recipe.scale,
        mean=_each("mean", recipe.mean, channels),
        std=_each("std", recipe.std, channels),
        resize="bilinear",
    )


def first_channels(network: nn.Module) -> int:
    """How many channels the first convolution takes. Raises UsageError where there is none."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            return part.in_channels
    raise UsageError("the network has no Conv2d to tell the image's channels from: say the recipe's channels")


def _each(name: str, values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == 1:
        return values * channels
    if len(values) != channels:
        raise UsageError(
            f"{name} has {len(values)} values, the network {channels} channels: give 1 or {channels}"
        )
    return values
