"""Each rule of ONNX networks has its hostile network here."""

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, TensorProto, helper, numpy_helper
from sample_bundle import onnx_network
from tests.runtime.guard.networks import (
    Change,
    attribute,
    both,
    calling,
    constant,
    external,
    external_by_location_only,
    external_in_attribute,
    function,
    many_nodes,
    many_nodes_by_calls,
    network,
    refused,
    sparse,
    subgraph,
    tensor,
    typed,
)

from edgec_runtime.errors import BundleError, LimitError, ModelError
from edgec_runtime.guard.onnx import check_onnx
from edgec_runtime.guard.onnx_operators import OPERATORS


def test_the_sample_is_accepted() -> None:
    check_onnx(onnx_network().SerializeToString())


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
