"""Names that are unique, stable and readable."""

import re
from dataclasses import dataclass

import onnx_ir as ir

from edgec.passes.library import LibraryPass
from edgec.tidy import name_nodes

_ANONYMOUS = re.compile(r"_v_[0-9]+")  # what onnxsim calls a constant of its own


@dataclass(frozen=True)
class NameNodes(LibraryPass):
    """Each node is named after its first output, a constant of onnxsim's after the node that takes it.

    All other values keep their names, so that the graphs before and after can be compared.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        renamed = name_nodes(model)
        for node in model.graph:
            for place, value in enumerate(node.inputs):
                if value is not None and value.is_initializer() and _ANONYMOUS.fullmatch(value.name or ""):
                    value.name = f"{node.name}.{place}"
                    renamed = True
        return renamed
