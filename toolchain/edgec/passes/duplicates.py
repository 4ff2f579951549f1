"""Weights that are the same are held once."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import DeduplicateInitializersPass

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class MergeDuplicates(LibraryPass):
    """Initializers of equal type, shape and content become the first of them."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(DeduplicateInitializersPass(size_limit=2**31)(model).modified)
