"""Each rule of ONNX networks has its hostile network here."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, ModelProto, TensorProto, helper, numpy_helper
from sample_bundle import onnx_network

from edgec_runtime.errors import BundleError, LimitError, ModelError
from edgec_runtime.guard import check_models
from edgec_runtime.guard.onnx import check_onnx
from edgec_runtime.guard.onnx_operators import OPERATORS

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


def test_the_sample_is_accepted() -> None:
    check_onnx(onnx_network().SerializeToString())


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


HOSTILE: dict[str, tuple[Change, type[BundleError], str]] = {
    "external data": (external, ModelError, "in another file"),
    "external location": (external_by_location_only, ModelError, "in another file"),
    "external data in a Constant": (external_in_attribute, ModelError, "in another file"),
    "a foreign function": (function("evil"), ModelError, "the function 'BitMaxPool' of the domain 'evil'"),
    "a function in the standard domain": (function("", name="Relu"), ModelError, "of the domain ''"),
    "a function twice": (
        both(function("com.edgec"), function("com.edgec")),
        ModelError,
        "'BitMaxPool' twice",
    ),
    "a function that is no operator of ours": (
        function("com.edgec", name="Pack"),
        ModelError,
        "the function 'Pack' of the domain 'com.edgec'",
    ),
    "another version of our domain": (
        lambda model: model.opset_import.add(domain="com.edgec", version=2),
        ModelError,
        "imports 'com.edgec' 2; expected 1",
    ),
    "a function that calls itself": (
        function("com.edgec", helper.make_node("BitMaxPool", ["x"], ["y"], domain="com.edgec")),
        ModelError,
        "of the operator domain 'com.edgec'",
    ),
    "a function with If": (function("com.edgec", helper.make_node("If", ["x"], ["y"])), ModelError, "(If)"),
    "our domain without its function": (
        calling("com.edgec"),
        ModelError,
        "of the operator domain 'com.edgec'",
    ),
    "training info": (lambda model: model.training_info.add(), ModelError, "training information"),
    "a sparse initializer": (sparse, ModelError, "a sparse initializer"),
    "If": (subgraph("If"), ModelError, "a graph as an attribute"),
    "Loop": (subgraph("Loop"), ModelError, "a graph as an attribute"),
    "Scan": (subgraph("Scan"), ModelError, "a graph as an attribute"),
    "graphs": (subgraph("Relu", many=True), ModelError, "graphs as an attribute"),
    "Loop without a graph": (
        lambda model: model.graph.node.append(helper.make_node("Loop", ["map"], ["z"])),
        ModelError,
        "(Loop)",
    ),
    "a sequence operator": (
        lambda model: model.graph.node.append(helper.make_node("SequenceEmpty", [], ["z"])),
        ModelError,
        "(SequenceEmpty): this operator",
    ),
    "an operator from nothing": (
        lambda model: model.graph.node.append(helper.make_node("ConstantOfShape", ["map"], ["z"])),
        ModelError,
        "(ConstantOfShape): this operator",
    ),
    "a foreign domain": (calling("com.microsoft", "FusedConv"), ModelError, "domain 'com.microsoft'"),
    "a node of a foreign domain": (
        lambda model: model.graph.node.append(
            helper.make_node("Inverse", ["map"], ["z"], domain="ai.onnx.ml")
        ),
        ModelError,
        "of the operator domain 'ai.onnx.ml'",
    ),
    "the standard domain twice": (
        lambda model: model.opset_import.add(domain="ai.onnx", version=20),
        ModelError,
        "domain 'ai.onnx' twice",
    ),
    "an old opset": (lambda model: setattr(model.opset_import[0], "version", 1), ModelError, "opset is 1"),
    "a future opset": (
        lambda model: setattr(model.opset_import[0], "version", 999),
        ModelError,
        "opset is 999",
    ),
    "no IR version": (lambda model: model.ClearField("ir_version"), ModelError, "IR version is 0"),
    "a future IR": (lambda model: setattr(model, "ir_version", 99), ModelError, "IR version is 99"),
    "no graph": (lambda model: model.ClearField("graph"), ModelError, "holds no graph"),
    "a configuration of ONNX Runtime": (
        lambda model: model.metadata_props.add(key="ort_config", value="{}"),
        ModelError,
        "'ort_config'",
    ),
    "too many nodes": (many_nodes, LimitError, "more than 20000 nodes"),
    "too many nodes by calls": (many_nodes_by_calls, LimitError, "more than 20000 nodes"),
    "a long attribute": (attribute(group=1 << 40), LimitError, "'group' holds 1099511627776"),
    "a negative attribute": (attribute(group=-(1 << 62)), LimitError, "'group' holds -"),
    "long attributes": (attribute(dilations=[1 << 40, 1]), LimitError, "'dilations' holds"),
    "an attribute twice": (both(attribute(group=1), attribute(group=1)), ModelError, "'group' twice"),
    "a tensor of texts": (
        lambda model: constant(model, helper.make_tensor("t", TensorProto.STRING, [1], [b"x"])),
        ModelError,
        "a tensor of texts",
    ),
    "rank 9": (tensor(dims=[1] * 9), LimitError, "rank 9"),
    "a huge dimension": (tensor(dims=[1 << 25]), LimitError, "has the shape [33554432]"),
    "a negative dimension": (tensor(dims=[-1]), LimitError, "has the shape [-1]"),
    "a huge tensor": (tensor(dims=[1 << 24, 1 << 24]), LimitError, "has the shape"),
    "a tensor of 4 GiB": (tensor(dims=[1 << 15, 1 << 15]), LimitError, "needs 4294967296 bytes"),
    "too little data": (tensor(raw_data=b"\0" * 35), ModelError, "holds 35 bytes; expected 36"),
    "too much data": (tensor(raw_data=b"\0" * 37), ModelError, "holds 37 bytes; expected 36"),
    "no data": (
        lambda model: model.graph.initializer[0].ClearField("raw_data"),
        ModelError,
        "holds 0 numbers",
    ),
    "data twice": (tensor(float_data=[1.0]), ModelError, "raw_data, float_data; expected"),
    "data of another type": (
        both(lambda model: model.graph.initializer[0].ClearField("raw_data"), tensor(int32_data=[1] * 9)),
        ModelError,
        "holds its data as int32_data",
    ),
    "an unknown type": (tensor(data_type=99), ModelError, "data type 99"),
    "an undefined type": (tensor(data_type=0), ModelError, "data type 0"),
    "a segment": (
        lambda model: setattr(model.graph.initializer[0].segment, "begin", 1),
        ModelError,
        "in segments",
    ),
    "an input of a sequence": (
        typed(lambda kind: setattr(kind.sequence_type.elem_type.tensor_type, "elem_type", 1)),
        ModelError,
        "a sequence",
    ),
    "an optional input": (
        typed(lambda kind: setattr(kind.optional_type.elem_type.tensor_type, "elem_type", 1)),
        ModelError,
        "an optional value",
    ),
    "an input of texts": (
        typed(lambda kind: setattr(kind.tensor_type, "elem_type", 8)),
        ModelError,
        "data type 8",
    ),
    "an input of rank 9": (
        lambda model: [model.graph.input[0].type.tensor_type.shape.dim.add() for _ in range(5)],
        LimitError,
        "rank 9",
    ),
    "a huge input": (
        lambda model: setattr(model.graph.input[0].type.tensor_type.shape.dim[2], "dim_value", 1 << 40),
        LimitError,
        "has the shape",
    ),
    "a device configuration": (
        lambda model: model.configuration.add(name="c"),
        ModelError,
        "a device configuration",
    ),
    "a sparse attribute": (
        lambda model: model.graph.node[0].attribute.append(
            AttributeProto(
                name="v", type=AttributeProto.SPARSE_TENSOR, sparse_tensor=onnx.SparseTensorProto(dims=[1])
            )
        ),
        ModelError,
        "a sparse tensor",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses(name: str) -> None:
    change, kind, words = HOSTILE[name]
    refused(network(change), kind, words)


def test_a_dimension_of_four_gib_needs_its_type() -> None:
    check_onnx(network(tensor(dims=[3, 3, 1, 1])))


ALLOWED: dict[str, Change] = {
    "a function of ours": both(function("com.edgec"), calling("com.edgec")),
    "typed data": lambda model: model.graph.initializer.append(
        helper.make_tensor("f", TensorProto.FLOAT, [3], [1.0, 2.0, 3.0])
    ),
    "typed integers": lambda model: model.graph.initializer.append(
        helper.make_tensor("i", TensorProto.INT64, [3], [-1, 2**62, 300])
    ),
    "int8": lambda model: model.graph.initializer.append(numpy_helper.from_array(np.int8([-1, 2]), "q")),
    "half": lambda model: model.graph.initializer.append(numpy_helper.from_array(np.float16([1, 2]), "h")),
    "int4": lambda model: model.graph.initializer.append(
        helper.make_tensor("n", TensorProto.INT4, [3], b"\x21\x03", raw=True)
    ),
    "an empty tensor": lambda model: model.graph.initializer.append(
        helper.make_tensor("e", TensorProto.FLOAT, [0], [])
    ),
    "a scalar": lambda model: model.graph.initializer.append(numpy_helper.from_array(np.float32(1), "s")),
    "a Constant": lambda model: constant(model),
    "the end of a Slice": lambda model: model.graph.node.append(
        helper.make_node("Constant", [], ["end"], value_int=2**63 - 1)
    ),
    "metadata": lambda model: model.metadata_props.add(key="author", value="me"),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_allowed(name: str) -> None:
    check_onnx(network(ALLOWED[name]))


def test_every_allowed_operator_is_one_of_onnx() -> None:
    known = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
    assert known >= OPERATORS


def test_no_operator_runs_a_graph() -> None:
    with_graphs = {
        schema.name
        for schema in onnx.defs.get_all_schemas_with_history()
        if any(kind.type.name in ("GRAPH", "GRAPHS") for kind in schema.attributes.values())
    }
    assert with_graphs
    assert not with_graphs & OPERATORS


GOOD = onnx_network().SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "IR version is 0"),
        (b"hello, this is no model", "which a Model of a bundle may not have"),
        (b"\x08\x0a" + b"\x80" * 11, "more than 64 bits"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "more than 64 bits"),
        (b"\x08\x0a\x08\x0a", "ir_version twice"),
        (b"\x0b\x08\x0a\x0c", "wire type 3"),
        (b"\x0d\0\0\0\0", "wire type 5"),
        (b"\x0f", "wire type 7"),
        (b"\x08", "truncated within a number"),
        (b"\x08\x80", "truncated within a number"),
        (b"\x08\x0a\x3a\xff\xff\xff\xff\x0f", "truncated: 4294967295 bytes wanted"),
        (b"\xf8\xff\xff\xff\x0f\x00", "holds the field 536870911"),
        (b"\x00\x00", "holds the field 0"),
        (GOOD + GOOD, "twice"),
        (GOOD[:-1], "truncated"),
    ],
)
def test_malformed(data: bytes, words: str) -> None:
    refused(data, ModelError, words)


def test_a_packed_number_that_is_cut_off() -> None:
    dims = b"\x0a\x02\x81\x80"  # TensorProto.dims, packed
    graph = b"\x2a" + bytes([len(dims)]) + dims
    refused(b"\x08\x0a\x3a" + bytes([len(graph)]) + graph, ModelError, "cut off")


def test_a_file_of_tiny_fields_does_not_take_all_memory() -> None:
    nodes = b"\x12\x00" * 1_100_000  # GraphProto.name would come once; a node's outputs may come often
    node = b"\x0a" + _varint(len(nodes)) + nodes
    graph = b"\x3a" + _varint(len(node)) + node
    refused(b"\x08\x0a" + graph, LimitError, "more than 1000000 fields")


def _varint(number: int) -> bytes:
    parts = []
    while number >= 0x80:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def test_every_truncation_is_refused_or_harmless() -> None:
    for size in range(len(GOOD)):
        try:
            check_onnx(GOOD[:size])
        except BundleError:
            continue
        onnx.load_from_string(GOOD[:size])  # what the guard lets through, a parser reads


def test_the_message_names_the_file() -> None:
    with pytest.raises(ModelError, match=r"^cpu/fp32/model\.onnx: "):
        check_models({"cpu/fp32/model.onnx": b"x"})
