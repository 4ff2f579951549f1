"""Names that are unique, stable and readable."""

from dataclasses import dataclass

import onnx_ir as ir

from edgec.passes.library import LibraryPass
from edgec.tidy import name_nodes


@dataclass(frozen=True)
class NameNodes(LibraryPass):
    """Each node is named after its first output; values keep their names, so that rungs can be compared."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return name_nodes(model)
