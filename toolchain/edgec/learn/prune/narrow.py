"""A network with fewer channels: layer by layer, in place."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from edgec.errors import ModelSourceError

Widths = Mapping[str, tuple[int, int]]
"""The channels into and out of a layer, by its name as a module."""
Kept = Sequence[int] | None
"""Which channels stay; None: all."""


def narrow(network: nn.Module, widths: Widths) -> None:
    """Leave each layer that `widths` names its first channels, so that weights of a pruned one fit.

    Raises ModelSourceError where a layer is none of the network's, or has not so many channels.
    """
    for name, (inputs, outputs) in widths.items():
        layer = layer_of(network, name)
        has = width_of(layer)
        if inputs > has[0] or outputs > has[1]:
            raise ModelSourceError(
                f"{name} is narrowed to {inputs} and {outputs} channels, the network has {has[0]} and "
                f"{has[1]} there: it is not the network that was pruned"
            )
        select(layer, range(inputs), range(outputs), name)


def layer_of(network: nn.Module, name: str) -> nn.Module:
    """The layer of that name. Raises ModelSourceError where there is none, or it cannot be narrowed."""
    try:
        layer = network.get_submodule(name)
    except AttributeError as error:
        raise ModelSourceError(
            f"the network has no layer {name!r}: it is not the one that was pruned"
        ) from error
    if not can_narrow(layer):
        raise ModelSourceError(f"{name!r} is a {type(layer).__name__}, which has no channels to take away")
    return layer


def can_narrow(layer: nn.Module) -> bool:
    """Whether it is a convolution (dense or depthwise), a Linear or a BatchNorm."""
    if isinstance(layer, _ConvNd):
        return layer.groups == 1 or is_depthwise(layer)
    return isinstance(layer, nn.Linear | _BatchNorm)


def is_depthwise(layer: nn.Module) -> bool:
    """Whether each channel of a convolution is computed from one of its own."""
    return isinstance(layer, _ConvNd) and 1 < layer.groups == layer.in_channels == layer.out_channels


def width_of(layer: nn.Module) -> tuple[int, int]:
    """Channels in and out of a layer that `can_narrow`."""
    if isinstance(layer, _BatchNorm):
        return layer.num_features, layer.num_features
    if isinstance(layer, nn.Linear):
        return layer.in_features, layer.out_features
    assert isinstance(layer, _ConvNd)
    return layer.in_channels, layer.out_channels


def select(layer: nn.Module, inputs: Kept, outputs: Kept, name: str) -> None:
    """Keep those channels of a layer that `can_narrow`, in the order given.

    Raises ModelSourceError where a layer whose inputs are its outputs shall keep different ones.
    """
    if isinstance(layer, _BatchNorm) or is_depthwise(layer):
        if inputs is None or outputs is None or list(inputs) != list(outputs):
            raise ModelSourceError(
                f"{name}: what goes into this layer comes out of it, keep the same channels"
            )
        _select_single(layer, outputs)
    else:
        _select_dense(layer, inputs, outputs)


def _select_single(layer: nn.Module, kept: Sequence[int]) -> None:
    for key in ("weight", "bias", "running_mean", "running_var"):
        _take(layer, key, 0, kept)
    if isinstance(layer, _BatchNorm):
        layer.num_features = len(kept)
    else:
        assert isinstance(layer, _ConvNd)
        layer.in_channels = layer.out_channels = layer.groups = len(kept)


def _select_dense(layer: nn.Module, inputs: Kept, outputs: Kept) -> None:
    swapped = isinstance(layer, _ConvTransposeNd)
    _take(layer, "weight", 1 if swapped else 0, outputs)
    _take(layer, "weight", 0 if swapped else 1, inputs)
    _take(layer, "bias", 0, outputs)
    before = width_of(layer)
    counts = [had if kept is None else len(kept) for had, kept in zip(before, (inputs, outputs), strict=True)]
    if isinstance(layer, nn.Linear):
        layer.in_features, layer.out_features = counts
    else:
        assert isinstance(layer, _ConvNd)
        layer.in_channels, layer.out_channels = counts


def _take(layer: nn.Module, key: str, dimension: int, kept: Kept) -> None:
    held: Tensor | None = getattr(layer, key, None)
    if held is None or kept is None:
        return
    places = torch.tensor(list(kept), device=held.device)
    found = held.detach().index_select(dimension, places)
    parameter = isinstance(held, nn.Parameter)
    setattr(layer, key, nn.Parameter(found, requires_grad=held.requires_grad) if parameter else found)
