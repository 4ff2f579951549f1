"""A map of one pixel looked up at its own places -> the map.

torch's global average pooling writes its result in the memory format of its input. Where that is NHWC, as
behind a LayerNorm over channels, torch.export has an `as_strided`, and torch.onnx a Gather whose indices are
worked out from the batch: image * channels + channel.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.pattern import RewriteRule

from edgec.passes.arrays import array_of
from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class DropOnePixelGathers(LibraryPass):
    """An Identity takes the Gather's place."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        # Several maps may be looked up at the same places.
        rule = RewriteRule(_gathered, _the_map, _its_own_places, remove_nodes=False)
        return bool(ir.passes.Sequential(RewritePass([rule]), RemoveUnusedNodesPass())(model).modified)


def _gathered(
    op: Any, image: Any, flat: Any, first: Any, images: Any, step: Any, channels: Any, axes: Any, places: Any
) -> Any:
    starts = op.Mul(op.Range(first, images, step), channels)
    return op.Gather(op.Reshape(image, flat), op.Add(op.Unsqueeze(starts, axes), places), axis=0)


def _the_map(op: Any, image: ir.Value, **_: ir.Value) -> Any:
    return op.Identity(image)


def _its_own_places(_: Any, image: ir.Value, **given: ir.Value) -> bool:
    shape = () if image.shape is None else tuple(image.shape)
    if len(shape) != 4 or shape[2:] != (1, 1) or not isinstance(shape[1], int):
        return False
    numbers = {"flat": [-1], "first": 0, "step": 1, "channels": shape[1], "axes": [1, 2, 3]}
    wanted = {name: np.array(value) for name, value in numbers.items()}
    wanted["places"] = np.arange(shape[1]).reshape(1, -1, 1, 1)
    found = {name: array_of(given[name]) for name in wanted}
    return all(data is not None and np.array_equal(data, wanted[name]) for name, data in found.items())
