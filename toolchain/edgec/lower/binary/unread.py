"""Streams that no node reads: they are not written, and what only signs are left of is said in bits alone."""

from collections.abc import Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt
from onnx import NodeProto, TensorProto, numpy_helper

from edgec.lower.binary.nodes import UP
from edgec_runtime.kernels import DOMAIN
from edgec_runtime.kernels.reference import Affine, Integers, binary_conv_int8, pack, unpack

LARGEST = 1 << 17
"""Dot products beyond which a fold would not be worth its time."""


def without_unread(
    nodes: Iterable[NodeProto], tensors: Mapping[str, TensorProto], outputs: Collection[str]
) -> tuple[list[NodeProto], list[TensorProto]]:
    """The nodes, and the initializers of `tensors` that they read, for a network that gives `outputs`.

    A stream of ours that nobody reads loses its name, so that kernels write nothing there. Where it has no
    shortcut, its bits are a dot product's: BinaryConvInt8 becomes BinaryConv, equal in every bit, if more
    never rounds to less in all channels, nor less to more.
    """
    kept, made = list(nodes), dict(tensors)
    drop_unread(kept, outputs)
    for at, node in enumerate(kept):
        if node.op_type in ("BinaryConvInt8", f"BinaryConvInt8{UP}") and not node.output[0]:
            kept[at] = _in_bits(node, made) or node
    read = {name for node in kept for name in node.input}
    return kept, [tensor for name, tensor in made.items() if name in read]


def drop_unread(nodes: Collection[NodeProto], outputs: Collection[str]) -> None:
    """Take the name from streams that no node reads.

    A last output keeps its name: ONNX Runtime cuts nameless ones off, and then finds the body at odds.
    """
    read = {*outputs, *(name for node in nodes for name in node.input)}
    for node in nodes:
        if node.domain == DOMAIN:
            *streams, last = node.output
            node.output[:] = [*(name if name in read else "" for name in streams), last]


def _in_bits(node: NodeProto, tensors: dict[str, TensorProto]) -> NodeProto | None:
    """The same as BinaryConv; adds its constants to `tensors`."""
    x, *names = node.input[:7]
    w, *vectors, steps = (numpy_helper.to_array(tensors[name]) for name in names)
    attributes = {entry.name: entry for entry in node.attribute}
    channels = int(attributes["channels"].i)
    levels = sum(attributes["x_levels"].ints) * sum(attributes["w_levels"].ints)
    most = w.shape[1] ** 2 * channels * int(levels)
    found = None if most > LARGEST else _limits(Affine(*vectors), steps, most)
    if found is None:
        return None
    limits, turned = found
    signs = unpack(w, channels)
    signs[turned] = ~signs[turned]
    own = {"w": pack(signs), "thresholds": limits}
    tensors |= {
        f"{node.name}.{key}.bits": numpy_helper.from_array(data, f"{node.name}.{key}.bits")
        for key, data in own.items()
    }
    folded = NodeProto()
    folded.CopyFrom(node)
    folded.op_type = node.op_type.replace("Int8", "")
    folded.input[:] = [x, *(f"{node.name}.{key}.bits" for key in own), *node.input[7:]]
    folded.output[:] = node.output[1:]
    return folded


def _limits(affine: Affine, steps: Integers, most: int) -> tuple[Integers, npt.NDArray[np.bool_]] | None:
    """Thresholds (T, OC) of the dot product, and the channels of which it is turned: less gives more."""
    every = np.arange(-most, most + 1, dtype=np.int32)
    limits = np.empty(steps.shape, np.int32)
    turned = np.zeros(steps.shape[1], np.bool_)
    for channel in range(steps.shape[1]):
        one = Affine(*(part[channel : channel + 1] for part in vars(affine).values()))
        stream, _ = binary_conv_int8(every.reshape(1, 1, -1, 1), one, steps[:, channel : channel + 1])
        reached = stream.reshape(-1, 1).astype(np.int32) >= steps[:, channel]  # (dot products, T)
        more = np.diff(reached.sum(1))
        if np.any(more < 0):
            if np.any(more > 0):
                return None
            turned[channel], reached = True, reached[::-1]
        limits[:, channel] = np.where(reached.any(0), every[reached.argmax(0)], most + 1)
    return limits, turned
