"""BatchNormalization after a convolution becomes part of its weights."""

from dataclasses import dataclass

import onnx_ir as ir
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.rules import common as rules

from edgec.errors import GraphError
from edgec.graph import Graph
from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class FoldBatchNorm(LibraryPass):
    """Fold BatchNormalization into the Conv or ConvTranspose before it.

    Left alone are a BatchNormalization before a convolution (the padding's zeros would have to change too),
    one whose convolution's output is used elsewhere, and convolutions that share their weights.
    """

    def requires(self, graph: Graph) -> None:
        """No BatchNormalization in training mode: the library would fold it as if it were not."""
        for node in graph.nodes:
            mode = node.attributes.get("training_mode")
            if node.op_type == "BatchNormalization" and mode is not None and mode.as_int():
                raise GraphError(
                    f"the BatchNormalization {node.name!r} is in training mode, so that a map depends on "
                    "the other images of the batch: export the network after .eval(), with running statistics"
                )

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        _clear_bias_names(model.graph)
        fuse = [rules.fuse_batchnorm_into_conv_rule, rules.fuse_batchnorm_into_conv_transpose_rule]
        return bool(RewritePass(fuse)(model).modified)


def _clear_bias_names(graph: ir.Graph) -> None:
    """The library calls a new bias WEIGHT_bias, and breaks the graph where something is called so already."""
    taken = {*graph.initializers, *(value.name for node in graph for value in node.outputs)}
    for node in graph:
        weight = node.inputs[1] if node.op_type in ("Conv", "ConvTranspose") else None
        while weight is not None and len(node.inputs) == 2 and f"{weight.name}_bias" in taken:
            weight.name = f"{weight.name}_"
