"""Softplus as torch exports it, the input itself above a threshold -> Softplus alone."""

from dataclasses import dataclass
from typing import Any

import onnx_ir as ir
from onnxscript.rewriter import RewritePass
from onnxscript.rewriter.pattern import RewriteRule

from edgec.passes.arrays import array_of
from edgec.passes.library import LibraryPass

# From here on log(1 + exp(x)) and x are one float32.
LEAST = 17.0


@dataclass(frozen=True)
class FuseSoftplus(LibraryPass):
    """torch's threshold, 20 unless said, is there for kernels that overflow; those of the engines do not."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        return bool(RewritePass([RewriteRule(_guarded, _alone, _changes_nothing)])(model).modified)


def _guarded(op: Any, image: Any, threshold: Any) -> Any:
    return op.Where(op.Greater(image, threshold), image, op.Softplus(image))


def _alone(op: Any, image: ir.Value, **_: ir.Value) -> Any:
    return op.Softplus(image)


def _changes_nothing(_: Any, threshold: ir.Value, **__: ir.Value) -> bool:
    data = array_of(threshold)
    return data is not None and data.size == 1 and float(data.reshape(())) >= LEAST
