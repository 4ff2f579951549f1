"""Binary networks pass the guard as their builder makes them, and not with anything else in their nodes."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from onnx import NodeProto, TensorProto, helper
from onnx.helper import make_attribute

from edgec.lower.binary import (
    Kernel,
    add_functions,
    binary_conv,
    bit_max_pool,
    bit_pack,
    bit_unpack,
    bit_upsample,
    int8_conv,
)
from edgec_runtime.errors import BundleError, ModelError
from edgec_runtime.guard.onnx import check_onnx
from edgec_runtime.kernels.reference import Affine

Change = Callable[[NodeProto], object]


def network(change: Change | None = None) -> bytes:
    weights = np.ones((40, 3, 3, 3), np.float32)
    parts = [
        bit_pack("bits", "image", np.zeros((1, 3))),
        binary_conv("conv", "bits", Kernel(weights), np.zeros((1, 40))),
        bit_max_pool("pooled", "conv"),
        bit_upsample("up", "pooled"),
        bit_unpack("map", "up", 40),
    ]
    graph = helper.make_graph(
        [part.node for part in parts],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, [1, 40, 8, 8])],
        [tensor for part in parts for tensor in part.initializers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    add_functions(model)
    if change is not None:
        change(model.graph.node[1])
    return bytes(model.SerializeToString())


def test_a_binary_network_is_accepted() -> None:
    check_onnx(network())


def of_bytes(zero: int, outputs: Sequence[str] = ("y", "y.bits")) -> bytes:
    """One Int8Conv, whose first named output is the network's."""
    ones, none = np.ones(32, np.float32), np.zeros(32, np.float32)
    affine = Affine(ones, none, ones, none)
    made = int8_conv("y", "image", np.ones((32, 1, 3, 3)), zero, affine, np.zeros((1, 32)))
    made.node.output[:] = outputs
    kind = TensorProto.INT8 if outputs[0] else TensorProto.INT32
    graph = helper.make_graph(
        [made.node],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.INT8, [1, 8, 8, 1])],
        [helper.make_tensor_value_info(next(filter(None, outputs), "y"), kind, None)],
        list(made.initializers),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    add_functions(model)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("zero", [-128, 127])
def test_the_zero_of_bytes_is_one(zero: int) -> None:
    check_onnx(of_bytes(zero))


@pytest.mark.parametrize("zero", [128, -129])
def test_another_zero_is_none(zero: int) -> None:
    with pytest.raises(ModelError, match=rf"'zero' is \[{zero}\].* from -128 to 127"):
        check_onnx(of_bytes(zero))


@pytest.mark.parametrize("outputs", [["", "bits"], ["y", ""]])
def test_of_two_outputs_one_may_be_unread(outputs: list[str]) -> None:
    check_onnx(of_bytes(0, outputs))


def test_of_two_outputs_one_must_be_read() -> None:
    with pytest.raises(ModelError, match="has 2 outputs; expected 2, 1 of them named"):
        check_onnx(of_bytes(0, ["", ""]))


def attribute(name: str, value: object) -> Change:
    def change(node: NodeProto) -> None:
        for entry in list(node.attribute):
            if entry.name == name:
                node.attribute.remove(entry)
        if value is not None:
            node.attribute.append(make_attribute(name, value))

    return change


HOSTILE: dict[str, tuple[Change, type[BundleError], str]] = {
    "no channels": (
        attribute("channels", None),
        ModelError,
        "has the attributes w_levels, x_levels; expected",
    ),
    "another attribute": (attribute("path", "x"), ModelError, "has the attributes channels, path"),
    "channels 0": (
        attribute("channels", 0),
        ModelError,
        "'channels' is [0]; expected up to 1 from 1 to 4096",
    ),
    "channels 5000": (attribute("channels", 5000), ModelError, "'channels' is [5000]"),
    "channels as a list": (attribute("channels", [3]), ModelError, "'channels' is []"),
    "huge channels": (attribute("channels", 1 << 40), ModelError, "'channels' is [1099511627776]"),
    "four levels": (
        attribute("x_levels", [8, 4, 2, 1]),
        ModelError,
        "'x_levels' is [8, 4, 2, 1]; expected up to 3",
    ),
    "a negative level": (attribute("w_levels", [-1]), ModelError, "'w_levels' is [-1]"),
    "no level": (lambda node: node.attribute[2].ClearField("ints"), ModelError, "'x_levels' is []"),
    "a nameless attribute": (
        lambda node: setattr(node.attribute[0], "name", ""),
        ModelError,
        "the attributes",
    ),
    "an input less": (lambda node: node.input.pop(), ModelError, "has 2 inputs; expected 3, 3 of them"),
    "an input more": (lambda node: node.input.append("bits"), ModelError, "has 4 inputs"),
    "a nameless input": (
        lambda node: node.input.__setitem__(2, ""),
        ModelError,
        "expected 3, 3 of them",
    ),
    "an output more": (lambda node: node.output.append("z"), ModelError, "has 2 outputs; expected 1"),
    "an unknown operator": (
        lambda node: setattr(node, "op_type", "BinaryGemm"),
        ModelError,
        "of the operator domain",
    ),
    "no body": (lambda node: setattr(node, "op_type", "BinaryConvAdd"), ModelError, "of the operator domain"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses(name: str) -> None:
    change, kind, words = HOSTILE[name]
    with pytest.raises(BundleError) as caught:
        check_onnx(network(change))
    assert type(caught.value) is kind, caught.value
    assert words in str(caught.value)
