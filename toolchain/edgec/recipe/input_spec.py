"""Recipe -> how an image becomes what its network is given."""

from edgec.errors import UsageError
from edgec.recipe.build import Recipe
from edgec_runtime.format.manifest import InputSpec

MULTIPLE = 32
"""Where the recipe leaves the size open, images are scaled to a multiple of this, which every U-Net takes."""


def input_spec(
    recipe: Recipe, channels: int, *, name: str = "image", multiple_of: int = MULTIPLE
) -> InputSpec:
    """How an image becomes the network's input of so many channels (float32 NCHW).

    Raises UsageError where the recipe's colour, mean or std do not fit them.
    """
    colour = recipe.colour or ("grey" if channels == 1 else "rgb")
    if channels != (1 if colour == "grey" else 3):
        raise UsageError(
            f"the network takes {channels} channels, a {colour} image has {1 if colour == 'grey' else 3}: "
            "choose another colour, or a network that takes 1 or 3 channels"
        )
    height, width = recipe.size if recipe.size is not None else (None, None)
    return InputSpec(
        name=name,
        channels=channels,
        height=height,
        width=width,
        multiple_of=multiple_of,
        colour=colour,
        scale=recipe.scale,
        mean=_per_channel("mean", recipe.mean, channels),
        std=_per_channel("std", recipe.std, channels),
        resize="bilinear",
    )


def _per_channel(name: str, values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == 1:
        return values * channels
    if len(values) != channels:
        raise UsageError(
            f"{name} has {len(values)} values, the network {channels} channels: give 1 or {channels}"
        )
    return values
