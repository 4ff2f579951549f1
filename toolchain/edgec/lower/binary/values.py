"""Signs and streams: what a float network says of them, recognized by what is computed.

Each function takes a value of a simplified graph and gives what it is, or None. The networks of
`edgec.zoo.binary_blocks` look so, and so does any other that computes the same.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import onnx_ir as ir

from edgec.passes.arrays import array_of
from edgec.passes.scaling import affine_step

Reals = npt.NDArray[np.float64]
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
class Stream:
    """Whole multiples of `unit`, a power of two: as many as `multiple` rounds to, from -128 to 127."""

    multiple: ir.Value
    unit: float


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


def stream(value: ir.Value) -> Stream | None:
    """Mul(Round(Clip(x, -128, 127)), unit), or without Mul where the unit is 1."""
    return whole(value, (-128, 127))


def whole(value: ir.Value, ends: tuple[int, int]) -> Stream | None:
    """As `stream`, of other numbers than int8's."""
    scaled, unit = by_scalar(value)
    rounded = producer(value if scaled is None else scaled, "Round")
    clipped = None if rounded is None else producer(rounded.inputs[0], "Clip")
    if clipped is None or clipped.inputs[0] is None or unit <= 0 or np.frexp(unit)[0] != 0.5:
        return None
    limits = [array_of(limit) for limit in clipped.inputs[1:]]
    if [None if limit is None else limit.item() for limit in limits] != [*ends]:
        return None
    return Stream(clipped.inputs[0], unit)


def channels(value: ir.Value) -> int:
    """Of an NCHW value."""
    count = value.shape[1] if value.shape is not None and len(value.shape) > 1 else 0
    return count if isinstance(count, int) else 0


def producer(value: ir.Value | None, kind: str) -> ir.Node | None:
    """The node that makes it, where that is of this kind."""
    node = None if value is None else value.producer()
    return node if node is not None and node.op_type == kind and node.domain == "" else None


def by_scalar(value: ir.Value) -> tuple[ir.Value | None, float]:
    """(x, factor) of a value that is x times a constant number; (None, 1) of any other."""
    node = value.producer()
    given = array_of(node.inputs[1]) if node is not None and node.op_type in ("Mul", "Div") else None
    if node is None or given is None or given.size != 1:
        return None, 1.0
    return node.inputs[0], float(given.item()) if node.op_type == "Mul" else 1 / float(given.item())


def without_offset(value: ir.Value) -> tuple[ir.Value, Reals]:
    """(x, offset a channel) of a value that is x plus constants."""
    node, count = value.producer(), channels(value)
    for taken in () if node is None else node.inputs[:2]:
        found = None if taken is None or node is None else affine_step(node, taken, count, 4)
        if found is not None and taken is not None and np.all(found[0] == 1):
            return taken, found[1]
    return value, np.zeros(count)


def _summands(value: ir.Value) -> list[ir.Value]:
    node = producer(value, "Add")
    if node is None:
        return [value]
    return [part for taken in node.inputs if taken is not None for part in _summands(taken)]


def _one_sign(value: ir.Value) -> tuple[ir.Value, npt.NDArray[np.float32]] | None:
    where = producer(value, "Where")
    reached = None if where is None else producer(where.inputs[0], "GreaterOrEqual")
    if where is None or reached is None or reached.inputs[0] is None:
        return None
    ends, limit = [array_of(end) for end in where.inputs[1:]], array_of(reached.inputs[1])
    count = channels(reached.inputs[0])
    if limit is None or limit.size not in (1, count) or limit.shape[1:2] not in ((), (1,), (count,)):
        return None
    if [None if end is None else end.item() for end in ends] != [1, -1]:
        return None
    return reached.inputs[0], np.broadcast_to(limit.astype(np.float32).ravel(), count)
