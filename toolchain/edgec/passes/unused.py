"""What the output does not need goes."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass, RemoveUnusedOpsetsPass

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class RemoveUnused(LibraryPass):
    """Remove nodes, initializers and opset imports that nothing uses."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(ir.passes.Sequential(RemoveUnusedNodesPass(), RemoveUnusedOpsetsPass())(model).modified)
