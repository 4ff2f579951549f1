"""Successive Relu and Clip become one."""

from dataclasses import dataclass

import onnx_ir as ir
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.rules import common as rules

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class FuseClips(LibraryPass):
    """Relu and Clip after Relu or Clip, with constant bounds."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        fuse = [
            rules.successive_relu_rule,
            rules.successive_clip_rule,
            rules.successive_relu_clip_rule,
            rules.successive_clip_relu_rule,
        ]
        return bool(RewritePass(fuse)(model).modified)
