"""Operators that move values: what the integers that they move stand for does not change."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from edgec.qat.step import RESIZED, Step

# (mode, coordinate_transformation_mode, nearest_mode) -> torch's mode and align_corners
_RESIZES: dict[tuple[str, ...], tuple[str, bool | None]] = {
    ("nearest", "asymmetric", "floor"): ("nearest", None),
    ("nearest", "half_pixel", "round_prefer_ceil"): ("nearest-exact", None),
    ("linear", "half_pixel"): ("bilinear", False),
    ("linear", "pytorch_half_pixel"): ("bilinear", False),
    ("linear", "align_corners"): ("bilinear", True),
}

_PADS = {"reflect": "reflect", "edge": "replicate"}


def concat(step: Step, *parts: Tensor) -> Tensor:
    """Side by side along one axis."""
    return torch.cat(parts, dim=step.attributes["axis"])


def slice_(
    step: Step,
    data: Tensor,
    starts: Tensor,
    ends: Tensor,
    axes: Tensor | None = None,
    steps: Tensor | None = None,
) -> Tensor:
    """A rectangular part, forward only."""
    places = range(len(starts)) if axes is None else axes.tolist()
    strides = [1] * len(starts) if steps is None else steps.tolist()
    for start, end, axis, stride in zip(starts.tolist(), ends.tolist(), places, strides, strict=True):
        if stride < 1:
            step.unsupported("only forward, with a step of at least 1")
        part: list[slice] = [slice(None)] * data.ndim
        part[axis] = slice(*slice(start, end, stride).indices(data.shape[axis]))
        data = data[tuple(part)]
    return data


def pad(
    step: Step, data: Tensor, pads: Tensor, fill: Tensor | None = None, axes: Tensor | None = None
) -> Tensor:
    """With a constant, by reflection or with the border's values; negative amounts cut."""
    mode = step.attributes.get("mode", "constant")
    amounts = [(0, 0)] * data.ndim
    before, after = pads.reshape(2, -1).tolist()
    places = range(data.ndim) if axes is None else axes.tolist()
    for axis, first, last in zip(places, before, after, strict=True):
        amounts[axis] = (first, last)
    flat = [amount for pair in reversed(amounts) for amount in pair]
    if mode == "constant":
        return functional.pad(data, flat, value=0.0 if fill is None else float(fill))
    if mode not in _PADS or any(flat[4:]):
        step.unsupported("only height and width, with a constant, by reflection or with the border's values")
    return functional.pad(data, flat[:4], mode=_PADS[mode])


def resize(step: Step, data: Tensor, *_: Tensor | None) -> Tensor:
    """Height and width by the factors of the graph's own size, nearest or bilinear."""
    factors, options = step.attributes[RESIZED], step.attributes
    mode = options.get("mode", "nearest")
    rule = [mode, options.get("coordinate_transformation_mode", "half_pixel")]
    if mode == "nearest":
        rule.append(options.get("nearest_mode", "round_prefer_floor"))
    if factors is None or tuple(rule) not in _RESIZES or options.get("antialias", 0):
        step.unsupported(f"{', '.join(rule)}: torch has no such rule, or the sizes are not known")
    name, corners = _RESIZES[tuple(rule)]
    size = [round(length * factor) for length, factor in zip(data.shape[2:], factors, strict=True)]
    return functional.interpolate(data, size, mode=name, align_corners=corners)


def depth_to_space(step: Step, data: Tensor) -> Tensor:
    """Blocks of channels become pixels."""
    block = step.attributes["blocksize"]
    if step.attributes.get("mode", "DCR") == "CRD":
        return functional.pixel_shuffle(data, block)
    batch, channels, height, width = data.shape
    apart = data.reshape(batch, block, block, channels // block**2, height, width)
    return apart.permute(0, 3, 4, 1, 5, 2).reshape(batch, -1, height * block, width * block)


def space_to_depth(step: Step, data: Tensor) -> Tensor:
    """Pixels become blocks of channels."""
    block = step.attributes["blocksize"]
    batch, channels, height, width = data.shape
    apart = data.reshape(batch, channels, height // block, block, width // block, block)
    return apart.permute(0, 3, 5, 1, 2, 4).reshape(batch, -1, height // block, width // block)


def gather(step: Step, data: Tensor, indices: Tensor) -> Tensor:
    """The values of one axis in another order."""
    axis = step.attributes.get("axis", 0)
    if indices.ndim != 1:
        step.unsupported("only by a list of indices")
    return data.index_select(axis, indices % data.shape[axis])


def transpose(step: Step, data: Tensor) -> Tensor:
    """The axes in another order; reversed where none is given."""
    return data.permute(step.attributes.get("perm", tuple(reversed(range(data.ndim)))))


def reshape(step: Step, data: Tensor, shape: Tensor) -> Tensor:
    """0 keeps an axis as it is."""
    kept = not step.attributes.get("allowzero", 0)
    sizes = shape.tolist()
    return data.reshape([data.shape[axis] if kept and size == 0 else size for axis, size in enumerate(sizes)])


PLACES: dict[str, Callable[..., Tensor]] = {
    "Concat": concat,
    "Slice": slice_,
    "Pad": pad,
    "Resize": resize,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Gather": gather,
    "Transpose": transpose,
    "Reshape": reshape,
}
