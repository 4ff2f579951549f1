"""What only moves signs: taken before it, they are the same ones in other places."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.errors import QuantizationError
from edgec.lower.binary.values import Signs, channels
from edgec.passes.arrays import array_of, integers_of
from edgec_runtime.kernels.reference import WORD

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Slice:
    """Of height and width, whose `axes` are 0 and 1 here; the others are Slice's own inputs."""

    starts: Integers
    ends: Integers
    axes: Integers
    steps: Integers


def before_move(found: Signs) -> list[Signs] | None:
    """The signs of what a max pooling, a doubling, a slice or a concatenation takes; None for all else."""
    node = found.source.producer()
    taken = [] if node is None else [value for value in node.inputs if value is not None]
    if node is None or not taken:
        return None
    if is_pooling(node) or is_doubling(node) or slice_of(node) is not None:
        return [Signs(taken[0], found.thresholds)]
    if not is_concatenation(node):
        return None
    ends = np.cumsum([channels(value) for value in taken])
    if np.any(ends[:-1] % WORD):
        raise QuantizationError(
            f"{node.name}: maps of {', '.join(str(channels(value)) for value in taken)} channels meet; signs "
            f"are joined in words of {WORD}: give the network widths that are multiples of {WORD}"
        )
    return [
        Signs(value, thresholds)
        for value, thresholds in zip(taken, np.split(found.thresholds, ends[:-1], axis=1), strict=True)
    ]


def with_doubled_map(found: Signs) -> tuple[Signs, Signs] | None:
    """Those of both maps, where a map is joined by one that is doubled; of that before the doubling."""
    node = found.source.producer()
    earlier = before_move(found) if node is not None and is_concatenation(node) else None
    if earlier is None or len(earlier) != 2 or channels(earlier[1].source) % WORD:
        return None
    last = earlier[1].source.producer()
    smaller = before_move(earlier[1]) if last is not None and is_doubling(last) else None
    return None if smaller is None else (earlier[0], smaller[0])


def origins(found: Signs) -> Iterator[Signs]:
    """The signs before all moves."""
    earlier = before_move(found)
    if earlier is None:
        yield found
    for each in earlier or ():
        yield from origins(each)


def is_concatenation(node: ir.Node) -> bool:
    """Of channels."""
    return node.op_type == "Concat" and node.attributes.get_int("axis", 0) in (1, -3)


def is_pooling(node: ir.Node) -> bool:
    """The largest of 2x2, an odd last row or column left out."""
    return (
        node.op_type == "MaxPool"
        and integers_of(node, "kernel_shape") == integers_of(node, "strides") == (2, 2)
        and not any(integers_of(node, "pads"))
        and not node.attributes.get_int("ceil_mode", 0)
    )


def is_doubling(node: ir.Node) -> bool:
    """Each pixel becomes 2x2 equal ones."""
    scales = array_of(node.inputs[2]) if node.op_type == "Resize" and len(node.inputs) > 2 else None
    if scales is None or scales.tolist() != [1, 1, 2, 2]:
        return False
    said = {key: attribute.as_string() for key, attribute in node.attributes.items() if key in _NEAREST}
    return said == _NEAREST


_NEAREST = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def slice_of(node: ir.Node) -> Slice | None:
    """A Slice of height and width alone, with constants."""
    if node.op_type != "Slice":
        return None
    given = [array_of(value) for value in node.inputs[1:]]
    if len(given) < 3 or any(each is None for each in given):
        return None
    starts, ends, axes, *steps = (np.asarray(each, np.int64) for each in given)
    if not set(axes.tolist()) <= {2, 3}:
        return None
    return Slice(starts, ends, axes - 2, steps[0] if steps else np.ones_like(starts))
