"""One form for every graph, whoever wrote it: names, versions, nothing but the network."""

import onnx_ir as ir
from onnx_ir.passes.common import (
    ClearMetadataAndDocStringPass,
    NameFixPass,
    RemoveUnusedOpsetsPass,
    TopologicalSortPass,
)

from edgec.graph import Graph

IR_VERSION = 10  # the one that came with opset 21


def tidy(model: ir.Model) -> Graph:
    """A Graph of its own memory: nodes named after what they make, no metadata, paths or stack traces.

    Changes `model`.
    """
    ir.passes.Sequential(
        RemoveUnusedOpsetsPass(),
        TopologicalSortPass(),
        ClearMetadataAndDocStringPass(),
    )(model)
    name_nodes(model)
    model.doc_string = None
    model.metadata_props.clear()
    model.producer_name, model.producer_version = "edgec", None
    model.domain, model.model_version = None, None
    model.ir_version = IR_VERSION
    graph = model.graph
    graph.name = "network"
    for values in (graph.inputs, graph.initializers.values(), *(node.outputs for node in graph)):
        for value in values:
            value.metadata_props.clear()
            value.doc_string = None
    return Graph.from_bytes(Graph(model).to_bytes())


def name_nodes(model: ir.Model) -> bool:
    """Name each node after its first output, so that one name leads to both. True if any changed."""
    renamed = bool(NameFixPass()(model).modified)
    for node in model.graph:
        if node.outputs and node.name != node.outputs[0].name:
            node.name = node.outputs[0].name
            renamed = True
    return renamed
