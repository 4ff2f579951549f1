"""Step: one node of a graph as plain values, which can be copied with the module that runs it."""

from dataclasses import dataclass, replace
from typing import Any, NoReturn

import onnx_ir as ir

from edgec.errors import UnsupportedOperatorError
from edgec.graph import Graph
from edgec.quantize.constants import Rounding

RESIZED = "edgec.factors"  # of height and width, of a Resize whose sizes are known


@dataclass(frozen=True)
class Step:
    """`inputs` and `output` are names of values; an input that is left out is None.

    `attributes` have the values of ONNX's. `rounding`: where the convolution computes in integers, how its
    constants are rounded; `inputs` then names them before that.
    """

    operator: str
    name: str
    inputs: tuple[str | None, ...]
    output: str
    attributes: dict[str, Any]
    rounding: Rounding | None = None

    def unsupported(self, why: str) -> NoReturn:
        """Raise UnsupportedOperatorError naming the operator and the node."""
        raise UnsupportedOperatorError(f"training cannot simulate {self.operator} {self.name!r}: {why}")

    def rounded(self, rounding: Rounding, constants: tuple[str | None, ...]) -> "Step":
        """The same convolution of the float constants `constants`, rounded."""
        return replace(self, inputs=(self.inputs[0], *constants), rounding=rounding)


def steps_of(graph: Graph) -> list[Step]:
    """The nodes in order. Raises UnsupportedOperatorError for one of several results."""
    return [_step(node) for node in graph.nodes]


def _step(node: ir.Node) -> Step:
    operator = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    attributes = {name: attribute.value for name, attribute in node.attributes.items()}
    if operator == "Resize":
        attributes[RESIZED] = _factors(node)
    inputs = tuple(None if value is None else str(value.name) for value in node.inputs)
    step = Step(operator, str(node.name), inputs, str(node.outputs[0].name), attributes)
    if any(value.consumers() or value.is_graph_output() for value in node.outputs[1:]):
        step.unsupported("more than its first result is used")
    return step


def _factors(node: ir.Node) -> tuple[float, float] | None:
    """By how much height and width grow, where shapes tell: a piece of an image is resized by as much."""
    shapes = [None if value is None else value.shape for value in (node.inputs[0], node.outputs[0])]
    sizes = [
        length
        for shape in shapes
        if shape is not None
        for length in list(shape)[2:]
        if isinstance(length, int)
    ]
    return (sizes[2] / sizes[0], sizes[3] / sizes[1]) if len(sizes) == 4 else None
