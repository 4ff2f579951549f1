"""What makes a stream: a binary convolution and all that becomes of it."""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.lower.binary.convolutions import Convolution, convolution
from edgec.lower.binary.moves import is_concatenation, slice_of
from edgec.lower.binary.values import Reals, Stream, by_scalar, producer, stream, without_offset
from edgec.passes.arrays import array_of


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


def step(found: Stream) -> Step | None:
    """A stream that a binary convolution makes, with a shortcut or without."""
    scaled, factor = by_scalar(found.multiple)
    value, after = without_offset(found.multiple if scaled is None else scaled)
    slope = np.ones_like(after)
    node = producer(value, "PRelu")
    if node is not None and (given := array_of(node.inputs[1])) is not None and node.inputs[0] is not None:
        value, slope = node.inputs[0], np.broadcast_to(given.astype(np.float64).ravel(), after.shape)
    value, before = without_offset(value)
    added = convolution(value)
    if added is not None:
        return Step(added, None, before, slope, after, factor)
    node = producer(value, "Add")
    for one, other in () if node is None else (node.inputs, node.inputs[::-1]):
        if (added := convolution(one)) is not None:
            return Step(added, other, before, slope, after, factor)
    return None


def integer_step(value: ir.Value) -> Step | None:
    """What makes a stream in integers alone."""
    found = stream(value)
    whole = None if found is None else step(found)
    if whole is None or whole.shortcut is None or unit_of(whole.shortcut) is not None:
        return whole
    return None


def unit_of(value: ir.Value) -> float | None:
    """Of a stream, or of slices and concatenations of streams of one unit."""
    found, node = stream(value), value.producer()
    if found is not None or node is None:
        return None if found is None else found.unit
    units = {unit_of(taken) for taken in moved_values(node)}
    return units.pop() if len(units) == 1 else None


def moved_values(node: ir.Node) -> list[ir.Value]:
    """What a slice or a concatenation takes; nothing where it is neither."""
    values = [value for value in node.inputs if value is not None]
    return values[:1] if slice_of(node) is not None else values if is_concatenation(node) else []
