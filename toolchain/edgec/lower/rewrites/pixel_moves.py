"""Reshape and Transpose chains that move pixels between space and depth -> the operators made for that."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.graph import Graph, static_shape
from edgec.passes.arrays import Array, add_constant, array_of
from edgec.passes.base import Pass, PassResult

CHAIN = ("Reshape", "Transpose")


@dataclass(frozen=True)
class PixelMoves(Pass):
    """Pixel shuffle, unshuffle and channel shuffle as torch exports them.

    A chain is known by doing it to the numbers of the pixels, so its spelling does not matter; it becomes
    SpaceToDepth, Gather of channels, DepthToSpace, or two of them. Quantizations inside a chain, in the scale
    before it, go away with it. Shapes must be static, batch 1. Left alone: chains whose inner values are read
    by others, and those that do anything else.
    """

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite every such chain of a copy."""
        copy = graph.clone()
        done: set[ir.Node] = set()
        for node in list(copy.nodes):
            if node.op_type in CHAIN and node not in done:
                done.update(_replaced(copy.model.graph, node))
        if not done:
            return PassResult(graph, changed=False)
        RemoveUnusedNodesPass()(copy.model)
        return PassResult(copy, changed=True)


@dataclass(frozen=True)
class _Move:
    """Channels in another `order`, after SpaceToDepth (`to_depth`) or before DepthToSpace."""

    order: Array
    block: int
    to_depth: bool = False


def _replaced(graph: ir.Graph, first: ir.Node) -> list[ir.Node]:
    """Replace the longest chain from `first` that is a move; returns its nodes."""
    chain = _chain(first)
    while chain:
        move = _move(chain)
        if move is not None:
            _write(graph, chain, move)
            return chain
        chain.pop()
    return []


def _chain(first: ir.Node) -> list[ir.Node]:
    """The node and those of its kind that alone follow, through quantizations in the scale of its input."""
    source = first.inputs[0]
    dequantize = None if source is None else source.producer()
    chain, value = [first], first.outputs[0]
    while len(value.consumers()) == 1 and not value.is_graph_output():
        user = value.consumers()[0]
        if user.op_type in CHAIN:
            chain.append(user)
        elif user.op_type not in ("QuantizeLinear", "DequantizeLinear") or not _same_scale(user, dequantize):
            break
        value = user.outputs[0]
    return chain


def _same_scale(node: ir.Node, other: ir.Node | None) -> bool:
    if other is None or other.op_type != "DequantizeLinear":
        return False
    return all(
        (first := array_of(mine)) is not None and (second := array_of(theirs)) is not None and first == second
        for mine, theirs in zip(node.inputs[1:], other.inputs[1:], strict=False)
    )


def _move(chain: Sequence[ir.Node]) -> _Move | None:
    """What the chain does to an image, if that is one of the moves."""
    source = chain[0].inputs[0]
    shapes = [] if source is None else [static_shape(source), static_shape(chain[-1].outputs[0])]
    if not shapes or any(len(shape) != 4 or shape[0] != 1 for shape in shapes):
        return None
    before = np.arange(np.prod(shapes[0])).reshape(shapes[0])
    after = before
    for node in chain:
        after = _done(node, after)
    return _as_move(before[0], after[0])


def _done(node: ir.Node, data: Array) -> Array:
    if node.op_type == "Reshape":
        return data.reshape(static_shape(node.outputs[0]))
    order = node.attributes.get("perm")
    return data.transpose(None if order is None else order.as_ints())


def _as_move(before: Array, after: Array) -> _Move | None:
    if after.shape[1] > before.shape[1]:
        block = after.shape[1] // before.shape[1]
        order = _order(before, _to_depth(after, block))
    else:
        block = before.shape[1] // after.shape[1]
        order = _order(_to_depth(before, block), after)
    return None if order is None else _Move(order, block, to_depth=after.shape[1] <= before.shape[1])


def _to_depth(image: Array, block: int) -> Array | None:
    """SpaceToDepth of (C, H, W); None where the blocks do not fit."""
    channels, height, width = image.shape
    if height % block or width % block:
        return None
    blocks = image.reshape(channels, height // block, block, width // block, block)
    return blocks.transpose(2, 4, 0, 1, 3).reshape(-1, height // block, width // block)


def _order(source: Array | None, result: Array | None) -> Array | None:
    """The channels of `source` that make `result`; None where it is not made of them."""
    if source is None or result is None or source.shape[1:] != result.shape[1:]:
        return None
    place = {int(first): channel for channel, first in enumerate(source[:, 0, 0])}
    order = np.array([place.get(int(first), 0) for first in result[:, 0, 0]])
    return order if np.array_equal(source[order], result) else None


def _write(graph: ir.Graph, chain: Sequence[ir.Node], move: _Move) -> None:
    """Put the move in the chain's place; the values' shapes are to be inferred anew."""
    tape = ir.tape.Tape()
    result = chain[-1].outputs[0]
    value = chain[0].inputs[0]
    if move.to_depth and move.block > 1:
        value = tape.op("SpaceToDepth", [value], {"blocksize": move.block})
    if not np.array_equal(move.order, np.arange(len(move.order))):
        order = add_constant(graph, f"{result.name}_order", move.order)
        value = tape.op("Gather", [value, order], {"axis": 1})
    if not move.to_depth:
        value = tape.op("DepthToSpace", [value], {"blocksize": move.block})
    graph.insert_before(chain[-1], tape.nodes)
    if value is None:
        return
    result.replace_all_uses_with(value, replace_graph_outputs=True)
    name, result.name = result.name, f"{result.name}_replaced"
    value.name = name
