"""Resize: TFLite knows three coordinate rules; ONNX's must be one of them at this size."""

from collections.abc import Callable

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.lower.tflite.op import Handler, Op
from edgec.lower.tflite.tensors import Array

# (align corners, half-pixel centres) -> position in the source of each result pixel
RULES: dict[tuple[bool, bool], Callable[[Array, int, int], Array]] = {
    (False, False): lambda place, size, result: place * (size / result),
    (False, True): lambda place, size, result: (place + 0.5) * (size / result) - 0.5,
    (True, False): lambda place, size, result: place * ((size - 1) / max(result - 1, 1)),
}
BILINEAR = {
    "asymmetric": (False, False),
    "half_pixel": (False, True),
    "pytorch_half_pixel": (False, True),
    "align_corners": (True, False),
}
ROUNDINGS: dict[str, Callable[[Array], Array]] = {
    "round_prefer_floor": lambda place: np.ceil(place - 0.5),
    "round_prefer_ceil": lambda place: np.floor(place + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


def resize(op: Op) -> None:
    """Nearest or bilinear resize of height and width to a fixed size."""
    _check(op)
    mode = op.attribute("mode", "nearest")
    if mode not in ("nearest", "linear"):
        op.unsupported(f"mode {mode!r}: only nearest and linear")
    align, half = _nearest_rule(op) if mode == "nearest" else _bilinear_rule(op)
    name = "RESIZE_NEAREST_NEIGHBOR" if mode == "nearest" else "RESIZE_BILINEAR"
    options = schema.ResizeNearestNeighborOptionsT() if mode == "nearest" else schema.ResizeBilinearOptionsT()
    options.alignCorners, options.halfPixelCenters = align, half
    source = op.input()
    size = op.constant_input("size", op.result_shape[2:])
    op.emit(name, [source, size], op.output(source.quantization), options, 3 if align or half else 0)


def _check(op: Op) -> None:
    if op.shape()[:2] != op.result_shape[:2]:
        op.unsupported("only height and width can be resized")
    for attribute in ("antialias", "exclude_outside", "axes"):
        if op.attribute(attribute, 0):
            op.unsupported(f"TFLite has no {attribute}")
    if _coordinates(op) not in BILINEAR:
        op.unsupported(f"coordinate_transformation_mode {_coordinates(op)!r}")
    for axis, factor in enumerate(op.parameter(2)[2:], 2):
        if not np.isclose(factor * op.shape()[axis], op.result_shape[axis], rtol=1e-6):
            op.unsupported(f"the factor {factor:g} does not give a whole number of pixels")


def _coordinates(op: Op) -> str:
    return str(op.attribute("coordinate_transformation_mode", "half_pixel"))


def _bilinear_rule(op: Op) -> tuple[bool, bool]:
    if _coordinates(op) == "pytorch_half_pixel" and 1 in op.result_shape[2:]:
        op.unsupported("pytorch_half_pixel to a size of 1")
    return BILINEAR[_coordinates(op)]


def _nearest_rule(op: Op) -> tuple[bool, bool]:
    """The flags with which TFLite picks the same pixels as ONNX's rule and rounding do."""
    rounding = ROUNDINGS[op.attribute("nearest_mode", "round_prefer_floor")]
    sizes = list(zip(op.shape()[2:], op.result_shape[2:], strict=True))
    rule = RULES[BILINEAR[_coordinates(op)]]
    wanted = [_pixels(rounding(rule(np.arange(result), size, result)), size) for size, result in sizes]
    for flags in RULES:
        found = [_tflite_pixels(flags, size, result) for size, result in sizes]
        if all(np.array_equal(a, b) for a, b in zip(wanted, found, strict=True)):
            break
    else:
        op.unsupported(f"TFLite rounds otherwise than {_coordinates(op)!r} at this size")
    return flags


def _tflite_pixels(flags: tuple[bool, bool], size: int, result: int) -> Array:
    align, half = flags
    place = RULES[flags](np.arange(result), size, result)
    return _pixels(np.floor(place + 0.5) if align or half else np.floor(place), size)


def _pixels(place: Array, size: int) -> Array:
    return np.clip(place, 0, size - 1).astype(np.int64)


HANDLERS = {"Resize": Handler(resize, operands=1)}
