"""A ConvTranspose and the convolution behind it become one ConvTranspose: exact, with fewer products.

In a U-Net's decoder a 2x2 ConvTranspose of stride 2 is joined with the skip and goes into a 3x3 convolution.
All are linear, so the convolution is the sum of one over the skip and one over the enlarged map, and the
latter together with the ConvTranspose is one 4x4 ConvTranspose of stride 2, whose kernel sums the paths from
the one's pixels to the other's. With I channels in, U between and O out, 4 I O products a pixel take the
place of I U + 9 U O: for the usual I = 2 U = 2 O, 8 of 11.

That kernel has more weights than the two had, and at deep levels those are many: the levels with the fewest,
which have the most pixels, go first, until the network has grown by `GROWTH`.

A bias of the ConvTranspose ends where the map ends, as the convolution pads with 0. So it is given to the
kernel of one more channel, that is 1 everywhere; the padding then ends it too.
"""

from dataclasses import dataclass

import numpy as np
import onnx_ir as ir

from edgec.passes.arrays import add_constant
from edgec.passes.library import LibraryPass
from edgec.passes.up_place import Floats, UpPlace, constants_of, find_places

GROWTH = 0.05  # of the weights that the network had


@dataclass(frozen=True)
class MergeUpConvolutions(LibraryPass):
    """Merge where it saves products; see UpPlace. The convolution's name stays with that of the skip."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        tensors = [value.const_value for value in model.graph.initializers.values()]
        left = GROWTH * sum(tensor.size for tensor in tensors if tensor is not None)
        merged = False
        for place in sorted(find_places(model.graph), key=lambda place: place.more_weights):
            if place.saves and place.more_weights <= left:
                left -= place.more_weights
                _merge(model.graph, place)
                merged = True
        return merged


def _merge(graph: ir.Graph, place: UpPlace) -> None:
    up, conv, result = place.up, place.conv, place.conv.outputs[0]
    kernel = _composed(_with_bias(graph, place), place.up_weight)
    merged = ir.node(
        "ConvTranspose",
        [up.inputs[0], add_constant(graph, f"{up.name}.merged", kernel)],
        {"kernel_shape": [4, 4], "pads": [1, 1, 1, 1], "strides": [2, 2]},
        name=up.name,
    )
    weight = add_constant(graph, f"{conv.name}.skip", np.ascontiguousarray(place.skip_weight))
    skipped = ir.node("Conv", [place.skip, weight, *conv.inputs[2:]], name=conv.name)
    skipped.attributes.update(conv.attributes)
    total = ir.node("Add", [skipped.outputs[0], merged.outputs[0]], name=f"{conv.name}.sum")
    for node in (merged, skipped, total):
        node.outputs[0].name, node.outputs[0].type = f"{node.name}.part", result.type
        node.outputs[0].shape = result.shape
    graph.insert_before(conv, [merged, skipped, total])
    result.replace_all_uses_with(total.outputs[0], replace_graph_outputs=True)
    graph.remove([conv, place.concat, up], safe=True)
    total.outputs[0].name = result.name


def _composed(kernel: Floats, weight: Floats) -> Floats:
    """(I, U, 2, 2) and then (O, U, 3, 3) -> (I, O, 4, 4).

    Pixel i makes 2 i + row, from which the convolution's tap y makes 2 i + row + 1 - y: one of the four from
    2 i - 1 on.
    """
    found = np.zeros((kernel.shape[0], weight.shape[0], 4, 4))
    for row, column in np.ndindex(2, 2):
        for y, x in np.ndindex(3, 3):
            path = kernel[:, :, row, column].astype(np.float64) @ weight[:, :, y, x].T
            found[:, :, row + 2 - y, column + 2 - x] += path
    return found.astype(np.float32)


def _with_bias(graph: ir.Graph, place: UpPlace) -> Floats:
    """The ConvTranspose's kernel, with a row for a channel of ones where there is a bias."""
    if place.source is None:
        return place.kernel
    _add_channel_of_ones(graph, place.source)
    row = np.broadcast_to(place.bias[None, :, None, None], (1, *place.kernel.shape[1:]))
    return np.concatenate([place.kernel, row])


def _add_channel_of_ones(graph: ir.Graph, conv: ir.Node) -> None:
    """One more channel of the convolution's result, and of the Relu's: no weights and a bias of 1."""
    weight, bias = constants_of(conv)
    wider = np.concatenate([weight, np.zeros_like(weight[:1])])
    conv.resize_inputs(3)
    conv.replace_input_with(1, add_constant(graph, f"{conv.name}.wider", wider))
    conv.replace_input_with(2, add_constant(graph, f"{conv.name}.wider_bias", np.append(bias, np.float32(1))))
    for node in (conv, *conv.outputs[0].consumers()):
        shape = node.outputs[0].shape
        if node.op_type in ("Conv", "Relu") and shape is not None:
            node.outputs[0].shape = ir.Shape([shape[0], len(wider), *shape[2:]])
