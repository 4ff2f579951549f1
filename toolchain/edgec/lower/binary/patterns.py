"""What a float network says of its signs, binary convolutions and streams: recognized by what is computed.

Each function takes a value of a simplified graph and gives what it is, or None. The networks of
`edgec.zoo.binary_blocks` look so, and so does any other that computes the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.passes.arrays import array_of, integers_of
from edgec.passes.scaling import affine_step

Reals = npt.NDArray[np.float64]
MAX_BYTE_CHANNELS = 16
"""Of an image."""
_LEVELS = {1: (1,), 3: (2, 1), 7: (4, 2, 1)}


@dataclass(frozen=True)
class Signs:
    """How many of a channel's T thresholds `source` reaches, as -T, 2 - T, ..., T."""

    source: ir.Value
    thresholds: npt.NDArray[np.float32]  # (T, C), ascending

    @property
    def levels(self) -> tuple[int, ...]:
        """What each residual level is worth."""
        return _LEVELS[len(self.thresholds)]


@dataclass(frozen=True)
class Convolution:
    """Signs, convolved with (OC, C, k, k) signs `weights`, times `scale` (OC,), plus `bias` (OC,)."""

    signs: Signs
    weights: Reals
    scale: Reals
    bias: Reals


@dataclass(frozen=True)
class Stream:
    """Whole multiples of `unit`, a power of two: as many as `multiple` rounds to, from -128 to 127."""

    multiple: ir.Value
    unit: float


@dataclass(frozen=True)
class ByteConvolution:
    """Whole numbers, convolved with int8 `weights` (OC, C, k, k), times `scale` (OC,), plus `bias` (OC,).

    `source` is a stream, or, of an image, what rounds to numbers from 0 to 255.
    """

    source: ir.Value
    weights: npt.NDArray[np.int8]
    scale: Reals
    bias: Reals


@dataclass(frozen=True)
class Step:
    """What a stream's multiples are made of, each constant (OC,).

    (PReLU(`convolution` + `shortcut` + `before`), of `slope`, + `after`) times `factor`.
    """

    convolution: Convolution
    shortcut: ir.Value | None
    before: Reals
    slope: Reals
    after: Reals
    factor: float


def signs(value: ir.Value) -> Signs | None:
    """Where(GreaterOrEqual(x, constants), 1, -1), or the sum of three or seven of them on one x."""
    parts = _summands(value)
    found = [_one_sign(part) for part in parts]
    if len(parts) not in _LEVELS or any(each is None for each in found):
        return None
    sources = {each[0] for each in found if each is not None}
    if len(sources) != 1:
        return None
    thresholds = np.sort(np.stack([each[1] for each in found if each is not None]), axis=0)
    return Signs(sources.pop(), thresholds)


def convolution(value: ir.Value | None) -> Convolution | None:
    """Conv of signs by weights of which each filter has one magnitude; 'same' in size, kernel 1 or 3."""
    parts = _convolved(value)
    if parts is None:
        return None
    taken, weights, bias = parts
    magnitudes = np.abs(weights).reshape(len(weights), -1)
    if np.any(magnitudes != magnitudes[:, :1]) or (found := signs(taken)) is None:
        return None
    return Convolution(found, weights, magnitudes[:, 0], bias)


def image_convolution(value: ir.Value) -> ByteConvolution | None:
    """Conv, as above, of Round(Clip(image, 0, 255)) by int8 weights; up to 16 channels."""
    parts = _convolved(value)
    found = None if parts is None else _whole(parts[0], (0, 255))
    if parts is None or found is None or parts[1].shape[1] > MAX_BYTE_CHANNELS:
        return None
    return _of_bytes(parts, found.multiple, found.unit, 127)


def stream_convolution(value: ir.Value) -> ByteConvolution | None:
    """1x1 Conv of a stream by int8 weights so small that no engine's sums of two products saturate."""
    parts = _convolved(value)
    found = None if parts is None else stream(parts[0])
    if parts is None or found is None or parts[1].shape[2:] != (1, 1):
        return None
    return _of_bytes(parts, parts[0], found.unit, 63)


def stream(value: ir.Value) -> Stream | None:
    """Mul(Round(Clip(x, -128, 127)), unit), or without Mul where the unit is 1."""
    return _whole(value, (-128, 127))


def _whole(value: ir.Value, ends: tuple[int, int]) -> Stream | None:
    scaled, unit = _by_scalar(value)
    rounded = _producer(value if scaled is None else scaled, "Round")
    clipped = None if rounded is None else _producer(rounded.inputs[0], "Clip")
    if clipped is None or clipped.inputs[0] is None or unit <= 0 or np.frexp(unit)[0] != 0.5:
        return None
    limits = [array_of(limit) for limit in clipped.inputs[1:]]
    if [None if limit is None else limit.item() for limit in limits] != [*ends]:
        return None
    return Stream(clipped.inputs[0], unit)


def _convolved(value: ir.Value | None) -> tuple[ir.Value, Reals, Reals] | None:
    """What a Conv takes, its weights and its bias, both constant; 'same' in size, kernel 1 or 3."""
    node = None if value is None else value.producer()
    if node is None or node.op_type != "Conv" or not _is_same_in_size(node):
        return None
    weights, taken = array_of(node.inputs[1]), node.inputs[0]
    bias = array_of(node.inputs[2]) if len(node.inputs) > 2 else None
    if weights is None or taken is None or (len(node.inputs) > 2 and bias is None):
        return None
    offset = np.zeros(len(weights)) if bias is None else bias.astype(np.float64)
    return taken, weights.astype(np.float64), offset


def _of_bytes(
    parts: tuple[ir.Value, Reals, Reals], source: ir.Value, unit: float, most: int
) -> ByteConvolution | None:
    """Where each filter is whole multiples, `most` at most, of a power of two."""
    _, weights, bias = parts
    largest = np.abs(weights).reshape(len(weights), -1).max(1)
    power = np.ceil(np.log2(np.maximum(largest, np.finfo(np.float32).tiny) / most))
    whole = weights / np.exp2(power)[:, None, None, None]
    if np.any(whole != np.rint(whole)) or np.abs(whole).max() > most:
        return None
    return ByteConvolution(source, whole.astype(np.int8), np.exp2(power) * unit, bias)


def step(found: Stream) -> Step | None:
    """A stream that a binary convolution makes, with a shortcut or without."""
    scaled, factor = _by_scalar(found.multiple)
    value, after = _without_offset(found.multiple if scaled is None else scaled)
    slope = np.ones_like(after)
    node = _producer(value, "PRelu")
    if node is not None and (given := array_of(node.inputs[1])) is not None and node.inputs[0] is not None:
        value, slope = node.inputs[0], np.broadcast_to(given.astype(np.float64).ravel(), after.shape)
    value, before = _without_offset(value)
    added = convolution(value)
    if added is not None:
        return Step(added, None, before, slope, after, factor)
    node = _producer(value, "Add")
    for one, other in () if node is None else (node.inputs, node.inputs[::-1]):
        if (added := convolution(one)) is not None:
            return Step(added, other, before, slope, after, factor)
    return None


def channels(value: ir.Value) -> int:
    """Of an NCHW value."""
    count = value.shape[1] if value.shape is not None and len(value.shape) > 1 else 0
    return count if isinstance(count, int) else 0


def _producer(value: ir.Value | None, kind: str) -> ir.Node | None:
    node = None if value is None else value.producer()
    return node if node is not None and node.op_type == kind and node.domain == "" else None


def _summands(value: ir.Value) -> list[ir.Value]:
    node = _producer(value, "Add")
    if node is None:
        return [value]
    return [part for taken in node.inputs if taken is not None for part in _summands(taken)]


def _one_sign(value: ir.Value) -> tuple[ir.Value, npt.NDArray[np.float32]] | None:
    where = _producer(value, "Where")
    reached = None if where is None else _producer(where.inputs[0], "GreaterOrEqual")
    if where is None or reached is None or reached.inputs[0] is None:
        return None
    ends, limit = [array_of(end) for end in where.inputs[1:]], array_of(reached.inputs[1])
    count = channels(reached.inputs[0])
    if limit is None or limit.size not in (1, count) or limit.shape[1:2] not in ((), (1,), (count,)):
        return None
    if [None if end is None else end.item() for end in ends] != [1, -1]:
        return None
    return reached.inputs[0], np.broadcast_to(limit.astype(np.float32).ravel(), count)


def _is_same_in_size(node: ir.Node) -> bool:
    kernel = integers_of(node, "kernel_shape")
    pads = tuple(size // 2 for size in kernel) * 2
    return (
        kernel in ((1, 1), (3, 3))
        and integers_of(node, "pads", (0,) * 4) == pads
        and set(integers_of(node, "strides", (1,)) + integers_of(node, "dilations", (1,))) == {1}
        and node.attributes.get_int("group", 1) == 1
    )


def _by_scalar(value: ir.Value) -> tuple[ir.Value | None, float]:
    """(x, factor) of a value that is x times a constant number; (None, 1) of any other."""
    node = value.producer()
    given = array_of(node.inputs[1]) if node is not None and node.op_type in ("Mul", "Div") else None
    if node is None or given is None or given.size != 1:
        return None, 1.0
    return node.inputs[0], float(given.item()) if node.op_type == "Mul" else 1 / float(given.item())


def _without_offset(value: ir.Value) -> tuple[ir.Value, Reals]:
    """(x, offset a channel) of a value that is x plus constants."""
    node, count = value.producer(), channels(value)
    for taken in () if node is None else node.inputs[:2]:
        found = None if taken is None or node is None else affine_step(node, taken, count, 4)
        if found is not None and taken is not None and np.all(found[0] == 1):
            return taken, found[1]
    return value, np.zeros(count)
