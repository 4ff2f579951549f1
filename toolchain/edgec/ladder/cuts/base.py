"""Cuts: a network that can be run from some of its tensors to another one."""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from edgec_runtime.engine import Array

Node = TypeVar("Node", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)


class Cuts(Protocol):
    """A network with named float32 tensors, each real numbers in NCHW, whatever holds them inside.

    A piece leads to one tensor, after it was rounded to integers where it is, from the nearest others before
    they were: so each piece has the QuantizeLinear and DequantizeLinear on both sides of its operator that an
    engine fuses with it, and rounding what was rounded already changes nothing.
    """

    @property
    def tensors(self) -> Sequence[str]:
        """The names at which it can be cut, in the order in which they are made, without the input."""

    def reads(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """Which of the `known` tensors the piece that leads to `tensor` starts from."""

    def operators(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """What the piece consists of, in order, without constants."""

    def run(self, tensor: str, feeds: Mapping[str, Array]) -> Array:
        """Run the piece from `feeds` to `tensor`. Raises EngineError."""


@dataclass(frozen=True)
class Piece(Generic[Node]):
    """The nodes of a piece in the order of the data, and the names it starts from."""

    nodes: tuple[Node, ...]
    reads: tuple[str, ...]


def piece_to(
    target: Value,
    stops: Mapping[Value, str],
    producer: Callable[[Value], Node | None],
    inputs: Callable[[Node], Sequence[Value]],
) -> Piece[Node]:
    """Walk back from `target` until the `stops` (value to name) or constants, which nothing produces."""
    nodes: list[Node] = []
    reads: dict[str, None] = {}
    seen: set[Node] = set()
    stack: list[tuple[Value, bool]] = [(target, False)]
    while stack:
        value, done = stack.pop()
        if value in stops:
            reads[stops[value]] = None
            continue
        node = producer(value)
        if node is None:
            continue
        if done:
            nodes.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((value, True))
            stack.extend((entry, False) for entry in reversed(inputs(node)))
    return Piece(tuple(nodes), tuple(reads))
