"""prune(): a network and masks -> the smaller network, with its own part of the weights."""

import base64
import binascii
import copy
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from edgec.errors import CheckpointError
from edgec.learn.prune.masks import Layer, Masks
from edgec.learn.prune.narrow import layer_of, select, width_of
from edgec.learn.prune.pruned import Pruned, Step, mark, pruned_of


def prune(network: nn.Module, masks: Masks) -> nn.Module:
    """A copy of the network with the channels that stay, or with the weights that go set to zero.

    Every weight that is left has the bits that it had, and the copy is marked with what was done. Raises
    CheckpointError where the masks do not fit the network, ModelSourceError where a layer is none of its or
    cannot be narrowed.
    """
    found = copy.deepcopy(network)
    for name, layer in masks.layers.items():
        part = layer_of(found, name)
        _check(name, layer, width_of(part))
        select(part, layer.inputs, layer.outputs, name)
    if masks.weights:
        _zero(found, masks.weights)
    before = pruned_of(network)
    widths = {name: width_of(layer_of(found, name)) for name in masks.layers}
    steps = (*(() if before is None else before.steps), _step(masks))
    mark(found, Pruned(widths=({} if before is None else before.widths) | widths, steps=steps))
    return found


def _step(masks: Masks) -> Step:
    return Step(
        source_sha256=masks.source_sha256,
        masks_sha256=masks.sha256,
        method=masks.method,
        granularity=masks.granularity,
        ratios=masks.ratios,
    )


def check_runs(network: nn.Module, example: Tensor, outputs: int) -> None:
    """Raise CheckpointError where the layers of a pruned network do not fit each other.

    `example` (1, C, H, W): an image; `outputs`: the channels that it must give. It is run, because on torch's
    meta device a transposed convolution takes any number of channels.
    """
    training = network.training
    try:
        with torch.no_grad():
            found = network.eval()(example)
    except RuntimeError as error:
        first = str(error).partition("\n")[0]
        raise CheckpointError(
            f"the masks do not fit each other: the pruned network does not run ({first})"
        ) from error
    finally:
        network.train(training)
    if found.shape[1] != outputs:
        raise CheckpointError(f"the masks leave the network {found.shape[1]} of its {outputs} outputs")


def _check(name: str, layer: Layer, width: tuple[int, int]) -> None:
    for kept, has, side in zip((layer.inputs, layer.outputs), width, ("inputs", "outputs"), strict=True):
        if kept is not None and kept[-1] >= has:
            raise CheckpointError(
                f"masks: layers.{name}.{side}: keeps channel {kept[-1]} of {has}, from 0 on"
            )


def pack(stays: Tensor) -> str:
    """Booleans as `Masks.weights` has them."""
    return base64.b64encode(np.packbits(stays.cpu().numpy().ravel()).tobytes()).decode()


def _zero(network: nn.Module, weights: Mapping[str, str]) -> None:
    named = dict(network.named_parameters())
    for name, text in weights.items():
        if name not in named:
            raise CheckpointError(f"masks: the network has no weights {name!r}: they are for another")
        named[name].data.mul_(_unpacked(name, text, named[name]))


def _unpacked(name: str, text: str, like: Tensor) -> Tensor:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError(f"masks: weights.{name} is no base64: {error}") from error
    if len(data) != -(-like.numel() // 8):
        raise CheckpointError(
            f"masks: weights.{name} has {len(data)} bytes for {like.numel()} weights: one bit each"
        )
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=like.numel())
    return torch.from_numpy(bits).reshape(like.shape).to(like.dtype)
