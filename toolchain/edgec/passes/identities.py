"""Nodes that do nothing: Identity, x + 0, x * 1, Cast to its own type, ..."""

from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import IdentityEliminationPass, RemoveUnusedNodesPass
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.rules import common as rules

from edgec.passes.library import LibraryPass

# These turn the node into an Identity, which the library's own pass then removes.
_NO_OPS = [
    *rules.mul_by_1_rule.commute(),
    *rules.add_0_rule.commute(),
    rules.sub_0_rule,
    rules.div_by_1_rule,
    rules.no_op_cast_rule,
    rules.no_op_transpose_rule,
]


@dataclass(frozen=True)
class RemoveIdentities(LibraryPass):
    """Remove every node whose output is its input."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(
            ir.passes.Sequential(RewritePass(_NO_OPS), IdentityEliminationPass(), RemoveUnusedNodesPass())(
                model
            ).modified
        )
