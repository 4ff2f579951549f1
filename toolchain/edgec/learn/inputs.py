"""What a network is given: in training the same as by a device's Session."""

from torch import nn

from edgec.errors import UsageError
from edgec.recipe import Recipe
from edgec.zoo.network import Network
from edgec_runtime.format.manifest import InputSpec

MULTIPLE = 32
"""Where the recipe leaves the size open, images are scaled to a multiple of this, which every U-Net takes."""
_ROUNDING = 1e-3
"""How far a scale, written with few digits, may lead out of the range."""


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


def check_range(network: nn.Module | None, spec: InputSpec) -> None:
    """Raises UsageError where a network that clips its images is given values that it would lose."""
    if not isinstance(network, Network) or network.image_range is None:
        return
    low, high = network.image_range
    darkest = min(-mean / std for mean, std in zip(spec.mean, spec.std, strict=True))
    brightest = max((255 * spec.scale - mean) / std for mean, std in zip(spec.mean, spec.std, strict=True))
    if darkest < low - _ROUNDING or brightest > high + _ROUNDING:
        raise UsageError(
            f"the network clips its images to {low:g}..{high:g}, and they would be from {darkest:.4g} to "
            f"{brightest:.4g}: leave scale, mean and std out, for the defaults"
        )


def first_channels(network: nn.Module) -> int:
    """How many channels the first convolution takes. Raises UsageError where there is none."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            return part.in_channels
    raise UsageError("the network has no Conv2d to tell the image's channels from: say the recipe's channels")


def _per_channel(name: str, values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == 1:
        return values * channels
    if len(values) != channels:
        raise UsageError(
            f"{name} has {len(values)} values, the network {channels} channels: give 1 or {channels}"
        )
    return values
