"""What a network costs, before it is built for any engine."""

import copy
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import safetensors.torch
from torch import nn

from edgec.anatomy.steps import trace
from edgec.zoo import parameter_count


@dataclass(frozen=True)
class Size:
    """`macs` of one image; `bytes` of the weights as they are, and `deflated` by zlib."""

    parameters: int
    macs: int
    bytes: int
    deflated: int


def size_of(network: nn.Module, image: Sequence[int]) -> Size:
    """That of a network for one image (C, H, W)."""
    data = safetensors.torch.save(
        {name: tensor.detach().contiguous().clone() for name, tensor in network.state_dict().items()}
    )
    steps = trace(copy.deepcopy(network).to("meta"), (1, *image))
    macs = sum(step.macs for step in steps)
    return Size(parameter_count(network), macs, len(data), len(zlib.compress(data)))
