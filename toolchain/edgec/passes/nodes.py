"""Passes that rewrite one node at a time."""

from abc import abstractmethod
from dataclasses import dataclass

import onnx_ir as ir
from onnx_ir.passes.common import RemoveUnusedNodesPass

from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult


@dataclass(frozen=True)
class NodePass(Pass):
    """Rewrites each node that fits, on a copy, and removes what nothing reads any more."""

    @abstractmethod
    def fits(self, node: ir.Node) -> bool:
        """Whether the node, as it stands before any rewrite, is to be rewritten."""

    @abstractmethod
    def rewrite(self, graph: ir.Graph, node: ir.Node) -> None:
        """Put something else in the node's place."""

    def apply(self, graph: Graph) -> PassResult:
        """See Pass."""
        copy = graph.clone()
        found = [node for node in copy.nodes if self.fits(node)]
        if not found:
            return PassResult(graph, changed=False)
        for node in found:
            self.rewrite(copy.model.graph, node)
        RemoveUnusedNodesPass()(copy.model)
        return PassResult(copy, changed=True)
