"""What the output does not need goes."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedFunctionsPass, RemoveUnusedNodesPass, RemoveUnusedOpsetsPass

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class RemoveUnused(LibraryPass):
    """Remove nodes, initializers, functions and opset imports that nothing uses."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        steps = (RemoveUnusedNodesPass(), RemoveUnusedFunctionsPass(), RemoveUnusedOpsetsPass())
        return any([bool(step(model).modified) for step in steps])
