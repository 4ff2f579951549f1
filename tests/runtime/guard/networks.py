"""Changes that make a network hostile, and what the guard says of it."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper
from sample_bundle import onnx_network

from edgec_runtime.errors import BundleError
from edgec_runtime.guard.onnx import check_onnx

Change = Callable[[ModelProto], object]


def network(change: Change) -> bytes:
    model = onnx_network()
    change(model)
    return bytes(model.SerializeToString(deterministic=True))


def refused(data: bytes, kind: type[BundleError], words: str) -> None:
    with pytest.raises(BundleError) as caught:
        check_onnx(data)
    assert type(caught.value) is kind, caught.value
    assert words in str(caught.value)


def external(model: ModelProto) -> None:
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def external_by_location_only(model: ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def external_in_attribute(model: ModelProto) -> None:
    constant(model).attribute[0].t.external_data.add(key="location", value="weights.bin")


def constant(model: ModelProto, value: TensorProto | None = None) -> onnx.NodeProto:
    value = value or numpy_helper.from_array(np.float32([1, 2]), "c")
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=value))
    return model.graph.node[-1]


def function(domain: str, *nodes: onnx.NodeProto, name: str = "BitMaxPool") -> Change:
    def change(model: ModelProto) -> None:
        body = nodes or (helper.make_node("Relu", ["x"], ["y"]),)
        imports = [helper.make_opsetid("", 21)]
        model.functions.append(helper.make_function(domain, name, ["x"], ["y"], list(body), imports))

    return change


def calling(domain: str, operator: str = "BitMaxPool") -> Change:
    def change(model: ModelProto) -> None:
        model.opset_import.add(domain=domain, version=1)
        model.graph.node.append(helper.make_node(operator, ["map"], ["z"], domain=domain))

    return change


def both(*changes: Change) -> Change:
    def change(model: ModelProto) -> None:
        for one in changes:
            one(model)

    return change


def subgraph(operator: str, many: bool = False) -> Change:
    def change(model: ModelProto) -> None:
        inner = helper.make_graph([helper.make_node("Relu", ["map"], ["z"])], "inner", [], [])
        node = helper.make_node(operator, ["map"], ["z"])
        node.attribute.append(helper.make_attribute("body", [inner] if many else inner))
        model.graph.node.append(node)

    return change


def tensor(**fields: object) -> Change:
    def change(model: ModelProto) -> None:
        found = model.graph.initializer[0]
        for name, value in fields.items():
            if isinstance(value, list):
                found.ClearField(name)
                getattr(found, name).extend(value)
            else:
                setattr(found, name, value)

    return change


def sparse(model: ModelProto) -> None:
    values = numpy_helper.from_array(np.float32([1]), "s")
    indices = numpy_helper.from_array(np.int64([0]), "i")
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [9]))


def typed(change_type: Callable[[onnx.TypeProto], object]) -> Change:
    def change(model: ModelProto) -> None:
        kind = model.graph.input[0].type
        kind.Clear()
        change_type(kind)

    return change


def many_nodes(model: ModelProto) -> None:
    model.graph.node.extend([helper.make_node("Relu", ["map"], ["z"])] * 20_001)


def many_nodes_by_calls(model: ModelProto) -> None:
    function("com.edgec", *[helper.make_node("Relu", ["x"], ["y"])] * 5000)(model)
    for _ in range(5):
        calling("com.edgec")(model)
    del model.opset_import[1:]


def attribute(**values: object) -> Change:
    return lambda model: model.graph.node[0].attribute.extend(
        helper.make_attribute(name, value) for name, value in values.items()
    )
