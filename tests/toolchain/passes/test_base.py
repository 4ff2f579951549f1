from dataclasses import dataclass

import pytest

from edgec.errors import GraphError
from edgec.graph import Graph
from edgec.passes.base import Pass, PassResult


@dataclass(frozen=True)
class _Careful(Pass):
    before: bool = True
    after: bool = True

    def requires(self, graph: Graph) -> None:
        if not self.before:
            raise GraphError(f"before {graph.output.name}")

    def apply(self, graph: Graph) -> PassResult:
        return PassResult(graph, changed=True)

    def ensures(self, graph: Graph) -> None:
        if not self.after:
            raise GraphError(f"after {graph.output.name}")


def test_the_contract_is_checked_around_the_rewrite(network) -> None:
    graph = network("map = Relu(image)", maps=2)
    assert _Careful()(graph).changed
    with pytest.raises(GraphError, match="before map"):
        _Careful(before=False)(graph)
    with pytest.raises(GraphError, match="after map"):
        _Careful(after=False)(graph)
