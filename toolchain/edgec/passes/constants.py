"""Constant nodes become initializers: one place for weights, whoever wrote the file."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import LiftConstantsToInitializersPass

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class LiftConstants(LibraryPass):
    """Every Constant node of any size becomes an initializer."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(LiftConstantsToInitializersPass(lift_all_constants=True, size_limit=0)(model).modified)
