"""Passes of onnx_ir as passes of edgec."""

from abc import abstractmethod
from dataclasses import dataclass

import onnx_ir as ir

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult


@dataclass(frozen=True)
class LibraryPass(Pass):
    """A Pass that lets onnx_ir or onnxscript do the rewrite, on a copy."""

    @abstractmethod
    def rewrite(self, model: ir.Model) -> bool:
        """Change `model` in place; True if anything changed."""

    def apply(self, graph: Graph) -> PassResult:
        """Rewrite a clone."""
        copy = graph.clone()
        if not self.rewrite(copy.model):
            return PassResult(graph, changed=False)
        return PassResult(copy, changed=True)
