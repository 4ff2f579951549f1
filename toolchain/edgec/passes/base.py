"""What a pass is: a frozen dataclass whose fields are its recipe keys, with a contract that the base checks.

The contract's order (requires, call, ensures) follows onnx_ir's own pass infrastructure.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from edgec.graph import Graph


@dataclass(frozen=True)
class PassResult:
    """What a pass made; `notes` are sentences for the build's log."""

    graph: Graph
    changed: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pass(ABC):
    """Graph -> PassResult. Never changes the graph it is given."""

    def __call__(self, graph: Graph) -> PassResult:
        """Check the contract around `apply`. Raises GraphError where it is broken."""
        self.requires(graph)
        result = self.apply(graph)
        self.ensures(result.graph)
        return result

    def requires(self, graph: Graph) -> None:  # noqa: B027 - an empty contract is the default
        """Raise GraphError unless the pass can work on `graph`."""

    @abstractmethod
    def apply(self, graph: Graph) -> PassResult:
        """Do the rewrite."""

    def ensures(self, graph: Graph) -> None:  # noqa: B027
        """Raise GraphError unless the pass kept what it promises."""
