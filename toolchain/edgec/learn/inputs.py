"""What a network takes: its channels, and the range of its images."""

from torch import nn

from edgec.errors import UsageError
from edgec.zoo.network import Network
from edgec_runtime.format.manifest import InputSpec

_ROUNDING = 1e-3
"""How far a scale, written with few digits, may lead out of the range."""


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
