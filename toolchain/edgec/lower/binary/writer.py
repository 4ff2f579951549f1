"""Writer: the nodes and constants of a network that is written anew."""

from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from edgec.lower.binary.functions import add_functions
from edgec.lower.binary.moves import Slice
from edgec.lower.binary.nodes import Made
from edgec.lower.binary.unread import without_unread


class Writer:
    """Every node is named after its first output, which each method gives."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}

    def into(self, model: ModelProto) -> ModelProto:
        """`model` with what was written in place of its own nodes, and the bodies of our operators."""
        outputs = [output.name for output in model.graph.output]
        nodes, constants = without_unread(self._nodes, self._constants, outputs)
        del model.graph.node[:], model.graph.initializer[:], model.graph.value_info[:]
        model.graph.node.extend(nodes)
        model.graph.initializer.extend(constants)
        add_functions(model)
        return model

    def node(self, node: NodeProto) -> str:
        """A node as it is."""
        self._nodes.append(node)
        return str(node.output[0])

    def made(self, made: Made) -> str:
        """A node of com.edgec with its constants."""
        self._constants |= {tensor.name: tensor for tensor in made.initializers}
        return self.node(made.node)

    def constant(self, name: str, data: npt.NDArray[Any]) -> str:
        """An initializer."""
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(data), name)
        return name

    def standard(self, operator: str, name: str, *inputs: str, **attributes: Any) -> str:
        """A node of the standard operators."""
        return self.node(helper.make_node(operator, inputs, [name], name, **attributes))

    def slice(self, name: str, x: str, of: Slice) -> str:
        """Of a tensor whose axes 1 and 2 are height and width."""
        parts = {"starts": of.starts, "ends": of.ends, "axes": of.axes + 1, "steps": of.steps}
        return self.standard(
            "Slice", name, x, *(self.constant(f"{name}.{key}", data) for key, data in parts.items())
        )
