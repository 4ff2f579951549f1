"""x * clip(x + 3, 0, 6) / 6, as exporters of other frameworks spell it, is one operator."""

from dataclasses import dataclass

import onnx_ir as ir
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.rules.common import fuse_hardswish_rules

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class FuseHardSwish(LibraryPass):
    """Fuse Add, Clip, Mul and Div with the constants of HardSwish or HardSigmoid into one of these."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(RewritePass(fuse_hardswish_rules())(model).modified)
