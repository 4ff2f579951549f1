"""Each rule of TFLite networks has its hostile network here."""

import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as tfl
from sample_bundle import packed, tflite_network

from edgec_runtime.errors import BundleError, LimitError, ModelError
from edgec_runtime.guard.tflite import check_tflite
from edgec_runtime.guard.tflite_operators import OPERATORS
from edgec_runtime.guard.tflite_schema import OPTIONS, SCHEMA

Change = Callable[[Any], object]
GOOD = packed(tflite_network())


def refused(data: bytes, kind: type[BundleError], words: str) -> None:
    with pytest.raises(BundleError) as caught:
        check_tflite(data)
    assert type(caught.value) is kind, caught.value
    assert words in str(caught.value)


def test_the_sample_is_accepted() -> None:
    check_tflite(GOOD)


def code(**fields: Any) -> Change:
    return lambda model: [setattr(model.operatorCodes[0], name, value) for name, value in fields.items()]


def tensor(index: int, **fields: Any) -> Change:
    return lambda model: [
        setattr(model.subgraphs[0].tensors[index], name, value) for name, value in fields.items()
    ]


def quantization(**fields: Any) -> Change:
    return lambda model: [
        setattr(model.subgraphs[0].tensors[0].quantization, name, value) for name, value in fields.items()
    ]


def operator(**fields: Any) -> Change:
    return lambda model: [
        setattr(model.subgraphs[0].operators[0], name, value) for name, value in fields.items()
    ]


def sparsity(model: Any) -> None:
    found = tfl.SparsityParametersT()
    found.traversalOrder = [0]
    model.subgraphs[0].tensors[0].sparsity = found


def custom_quantization(model: Any) -> None:
    found = tfl.CustomQuantizationT()
    found.custom = [1, 2, 3]
    model.subgraphs[0].tensors[0].quantization.details = found
    model.subgraphs[0].tensors[0].quantization.detailsType = 1


def signature(model: Any) -> None:
    found, entry = tfl.SignatureDefT(), tfl.TensorMapT()
    entry.name, entry.tensorIndex = "image", 7
    found.inputs, found.outputs, found.signatureKey = [entry], [], "serving_default"
    model.signatureDefs = [found]


def many_operators(model: Any) -> None:
    model.subgraphs[0].operators = model.subgraphs[0].operators * 20_001


HOSTILE: dict[str, tuple[Change, type[BundleError], str]] = {
    "a custom operator": (code(builtinCode=32, customCode="Evil"), ModelError, "custom operator"),
    "a custom operator without a name": (code(builtinCode=32), ModelError, "custom operator"),
    "a custom code on a builtin": (code(customCode="Evil"), ModelError, "custom operator"),
    "custom by the old field": (code(deprecatedBuiltinCode=32, builtinCode=0), ModelError, "custom operator"),
    "While": (code(builtinCode=119, deprecatedBuiltinCode=119), ModelError, "operator 119 is not one"),
    "If": (code(builtinCode=118, deprecatedBuiltinCode=118), ModelError, "operator 118 is not one"),
    "a variable": (code(builtinCode=143), ModelError, "operator 143 is not one"),
    "a delegate": (code(builtinCode=51), ModelError, "operator 51 is not one"),
    "an unknown operator": (code(builtinCode=9999), ModelError, "operator 9999 is not one"),
    "custom options": (operator(customOptions=[1, 2]), ModelError, "custom operator"),
    "large custom options": (operator(largeCustomOptionsOffset=8), ModelError, "custom operator"),
    "two subgraphs": (lambda model: model.subgraphs.append(model.subgraphs[0]), ModelError, "2 subgraphs"),
    "no subgraph": (lambda model: setattr(model, "subgraphs", []), ModelError, "0 subgraphs"),
    "version 4": (lambda model: setattr(model, "version", 4), ModelError, "version is 4"),
    "a variable tensor": (tensor(0, isVariable=True), ModelError, "a variable"),
    "a sparse tensor": (sparsity, ModelError, "a sparse tensor"),
    "a tensor of texts": (tensor(0, type=5), ModelError, "type 5"),
    "a resource": (tensor(0, type=13), ModelError, "type 13"),
    "rank 9": (tensor(0, shape=[1] * 9), LimitError, "rank 9"),
    "a huge dimension": (tensor(0, shape=[1, 1 << 25]), LimitError, "has the shape"),
    "a negative dimension": (tensor(0, shape=[-1, 8]), LimitError, "has the shape"),
    "a huge tensor": (tensor(0, shape=[1 << 15, 1 << 15]), LimitError, "needs 4294967296 bytes"),
    "a huge signature": (tensor(0, shapeSignature=[1 << 25]), LimitError, "has the shape"),
    "a buffer that is not there": (tensor(0, buffer=9), ModelError, "names the buffer 9; there are 2"),
    "too little data": (tensor(1, shape=[2]), ModelError, "holds 4 bytes; expected 8"),
    "data outside": (
        lambda model: setattr(model.buffers[1], "offset", 64),
        ModelError,
        "outside the flatbuffer",
    ),
    "data outside by size": (
        lambda model: setattr(model.buffers[1], "size", 64),
        ModelError,
        "outside the flatbuffer",
    ),
    "external data": (tensor(0, externalBuffer=1), ModelError, "data in another file"),
    "a code that is not there": (operator(opcodeIndex=5), ModelError, "names the code 5; there are 1"),
    "no codes at all": (
        lambda model: setattr(model, "operatorCodes", []),
        ModelError,
        "names the code 0; there are 0",
    ),
    "an input that is not there": (operator(inputs=[0, 9]), ModelError, "inputs name the tensor 9"),
    "an input of -2": (operator(inputs=[0, -2]), ModelError, "inputs name the tensor -2"),
    "an input not computed yet": (operator(inputs=[0, 2]), ModelError, "inputs name the tensor 2"),
    "an output that is the input": (operator(outputs=[0]), ModelError, "outputs name the tensor 0"),
    "an output that is a constant": (operator(outputs=[1]), ModelError, "outputs name the tensor 1"),
    "an output of -1": (operator(outputs=[-1]), ModelError, "outputs name the tensor -1"),
    "the same output twice": (
        lambda model: model.subgraphs[0].operators.append(model.subgraphs[0].operators[0]),
        ModelError,
        "outputs name the tensor 2",
    ),
    "the network's input a constant": (
        lambda model: setattr(model.subgraphs[0], "inputs", [1]),
        ModelError,
        "inputs name the tensor 1",
    ),
    "the network's output not there": (
        lambda model: setattr(model.subgraphs[0], "outputs", [5]),
        ModelError,
        "outputs name the tensor 5",
    ),
    "options of another operator": (
        operator(builtinOptionsType=1),
        ModelError,
        "options of the kind 1; expected 11",
    ),
    "options without a kind": (operator(builtinOptionsType=0), ModelError, "options without a kind"),
    "two scales for eight channels": (
        quantization(scale=[1.0, 1.0], zeroPoint=[0, 0], quantizedDimension=1),
        ModelError,
        "has 2 scales",
    ),
    "scales in no dimension": (
        quantization(scale=[1.0] * 8, zeroPoint=[0] * 8, quantizedDimension=9),
        ModelError,
        "in the dimension 9",
    ),
    "more zero points than scales": (
        quantization(zeroPoint=[0, 0]),
        ModelError,
        "1 scales and 2 zero points",
    ),
    "a scale that is no number": (quantization(scale=[float("nan")]), ModelError, "not a number"),
    "a quantization of its own": (custom_quantization, ModelError, "a quantization of its own"),
    "a signature of a tensor that is not there": (signature, ModelError, "signature names the tensor 7"),
    "too many operators": (many_operators, LimitError, "20001 operators"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_refuses(name: str) -> None:
    change, kind, words = HOSTILE[name]
    model = tflite_network()
    change(model)
    refused(packed(model), kind, words)


def test_a_large_option() -> None:
    model = tflite_network()
    code(builtinCode=17, deprecatedBuiltinCode=17)(model)
    options = tfl.Pool2DOptionsT()
    options.strideH = options.strideW = 1 << 30
    operator(builtinOptionsType=5, builtinOptions=options)(model)
    refused(packed(model), LimitError, "an option of 1073741824")


def test_sizes_per_channel_are_allowed() -> None:
    model = tflite_network()
    quantization(scale=[1.0] * 8, zeroPoint=[0] * 8, quantizedDimension=1)(model)
    check_tflite(packed(model))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not a TFL3 file"),
        (b"\0" * 64, "not a TFL3 file"),
        (GOOD[:4] + b"TFL2" + GOOD[8:], "not a TFL3 file"),
        (b"\0\0\0\0TFL3", "leads nowhere"),
        (b"\xff\xff\xff\xffTFL3", "leads outside the file"),
        (b"\x08\0\0\0TFL3", "leads outside the file"),
        (b"\x08\0\0\0TFL3" + struct.pack("<i", 1 << 30), "leads outside the file"),
        (b"\x08\0\0\0TFL3" + struct.pack("<i", -(1 << 30)), "leads outside the file"),
        (b"\x0c\0\0\0TFL3" + b"\x05\0\x04\0" + struct.pack("<i", 4), "not one"),
        (b"\x0c\0\0\0TFL3" + b"\x04\0\xff\xff" + struct.pack("<i", 4), "ends beyond the file"),
    ],
)
def test_malformed(data: bytes, words: str) -> None:
    refused(data, ModelError, words)


def test_every_truncation_is_refused() -> None:
    for size in range(len(GOOD) - 8):
        with pytest.raises(BundleError):
            check_tflite(GOOD[:size])


def test_many_tables_in_one_place_do_not_unfold() -> None:
    """A small table that very many offsets lead to is visited a limited number of times."""
    data = _shared_tables(count=600_000)
    refused(data, LimitError, "more than 500000 tables")


def _shared_tables(count: int) -> bytes:
    """A file whose operator codes, `count` of them, are one and the same empty table."""
    root = 20
    vtable = struct.pack("<4H", 8, 8, 0, 4)  # slot 1 at offset 4
    table = struct.pack("<iI", root - 8, 4)  # vector right after the table
    head = struct.pack("<I", root) + b"TFL3" + vtable + b"\0" * 4
    vector = struct.pack("<I", count)
    first = root + 8 + 4
    target = first + 4 * count + 4
    offsets = np.arange(target - first, target - first - 4 * count, -4, dtype="<u4").tobytes()
    code_table = struct.pack("<2H", 4, 4) + struct.pack("<i", 4)
    return head + table + vector + offsets + code_table


def test_operators_and_options_are_those_of_the_schema() -> None:
    names = {value: name for name, value in vars(tfl.BuiltinOperator).items() if not name.startswith("_")}
    for number, (name, _, table) in OPERATORS.items():
        assert names[number] == name
        assert table in OPTIONS


@pytest.mark.parametrize(
    "table", ["Model", "OperatorCode", "SubGraph", "Tensor", "Operator", "Buffer", "Metadata"]
)
def test_tables_have_the_fields_of_the_schema(table: str) -> None:
    fields = [name for name in vars(tfl) if name.startswith(f"{table}Add")]
    assert len(SCHEMA[table]) == len(fields)
