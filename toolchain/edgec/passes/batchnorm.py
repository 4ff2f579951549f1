"""BatchNormalization after a convolution becomes part of its weights."""

from dataclasses import dataclass

import onnx_ir as ir
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.rules import common as rules

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class FoldBatchNorm(LibraryPass):
    """Fold BatchNormalization into the Conv or ConvTranspose before it.

    Left alone are a BatchNormalization before a convolution (the padding's zeros would have to change too),
    one whose convolution's output is used elsewhere, and convolutions that share their weights.
    """

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        fuse = [rules.fuse_batchnorm_into_conv_rule, rules.fuse_batchnorm_into_conv_transpose_rule]
        return bool(RewritePass(fuse)(model).modified)
