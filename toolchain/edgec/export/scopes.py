"""Which module each node of an exported model comes from, as torch.onnx notes it."""

import ast

import onnx_ir as ir

_SCOPES = "pkg.torch.onnx.name_scopes"
"""Of a node: its modules from the outermost on, then its own name, as Python writes a list."""


def module_names(model: ir.Model) -> dict[str, str]:
    """What each node makes -> the path of the innermost module that runs it, "" for the network itself.

    Nodes that torch.onnx says nothing of, such as constants that it folded, are left out.
    """
    return {
        value.name: ast.literal_eval(node.metadata_props[_SCOPES])[-2]
        for node in model.graph
        if _SCOPES in node.metadata_props
        for value in node.outputs
        if value.name is not None
    }
