"""The shipped `unet_light` with layers widened: the same answers for some percent more processor time.

The added channels repeat the first ones and weigh nothing in the layer after them (widening that keeps the
function, as in Chen, Goodfellow and Shlens, "Net2Net", 2016), so that only time and size tell the networks
apart. Widths are multiples of 16, in which the engine's kernels work: others cost more than their channels.
"""

import torch
from torch import Tensor, nn

from edgec.source import load_source
from edgec.zoo.unet_light import separable_conv

Widened = dict[str, tuple[int, int, int]]  # level: channels in, between its two convolutions, and out

DECODER: Widened = {"decoder.1": (128, 96, 64)}
ENCODER: Widened = {"encoder.0": (1, 48, 32), "encoder.1": (32, 80, 64)}


def decoder() -> nn.Module:
    """A level of the decoder; the least."""
    return wider(DECODER)


def encoder() -> nn.Module:
    """The first two levels of the encoder."""
    return wider(ENCODER)


def both() -> nn.Module:
    """All three."""
    return wider(DECODER | ENCODER)


def whole_image() -> nn.Module:
    """The last level, which works on the whole image; the most."""
    return wider({"decoder.0": (64, 64, 32)})


def wider(levels: Widened) -> nn.Module:
    """`unet_light` with its trained weights in wider layers."""
    network = load_source("unet_light").module
    assert network is not None
    for name, (inputs, middle, outputs) in levels.items():
        level = network.get_submodule(name)
        assert isinstance(level, nn.Sequential)
        level[0] = _filled(separable_conv(inputs, middle), level[0].state_dict())
        level[1] = _filled(separable_conv(middle, outputs), level[1].state_dict())
    return network


def _filled(block: nn.Module, weights: dict[str, Tensor]) -> nn.Module:
    """`block` with `weights`: more outputs repeat the first ones, more inputs weigh nothing."""
    block.load_state_dict({name: _grown(weights[name], like) for name, like in block.state_dict().items()})
    return block.eval()


def _grown(weight: Tensor, like: Tensor) -> Tensor:
    if weight.dim() == 0:  # BatchNorm's counter
        return weight
    grown = torch.cat([weight, weight[: like.shape[0] - weight.shape[0]]])
    if grown.shape == like.shape:
        return grown
    return torch.cat([grown, torch.zeros(like.shape[0], like.shape[1] - grown.shape[1], 1, 1)], dim=1)
