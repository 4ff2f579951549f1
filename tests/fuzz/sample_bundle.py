"""A small real bundle made by code: three engines' networks, golden arrays, a sealed manifest."""

import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import flatbuffers
import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as tfl
from onnx import TensorProto, helper, numpy_helper

from edgec_runtime.format.decode import encode_manifest
from edgec_runtime.format.lineage import Lineage
from edgec_runtime.format.manifest import (
    Accuracy,
    ClassSpec,
    Golden,
    InputSpec,
    Manifest,
    OutputSpec,
    Parity,
    TensorFile,
    Variant,
)
from edgec_runtime.format.write import seal, zip_parts

SIZE = 8
ONNX_FILE = "cpu/fp32/model.onnx"
XML_FILE = "openvino/fp32/model.xml"
BIN_FILE = "openvino/fp32/model.bin"
TFLITE_FILE = "tflite/fp32/model.tflite"
GOLDEN_INPUT = "golden/input.bin"


def onnx_network() -> onnx.ModelProto:
    """A 3x3 convolution and a sigmoid."""
    weight = np.linspace(-0.5, 0.5, 9, dtype=np.float32).reshape(1, 1, 3, 3)
    nodes = [
        helper.make_node("Conv", ["image", "weight", "bias"], ["logits"], name="conv", pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["logits"], ["map"], name="sigmoid"),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 1, SIZE, SIZE])],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", 1, SIZE, SIZE])],
        [numpy_helper.from_array(weight, "weight"), numpy_helper.from_array(np.float32([0.1]), "bias")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def openvino_network() -> tuple[str, bytes]:
    """(xml, bin): an addition of one constant."""
    dims = f"<dim>-1</dim><dim>1</dim><dim>{SIZE}</dim><dim>{SIZE}</dim>"
    one = "<dim>1</dim>" * 4
    xml = f"""<?xml version="1.0"?>
<net name="net" version="11">
    <layers>
        <layer id="0" name="image" type="Parameter" version="opset1">
            <data shape="?,1,{SIZE},{SIZE}" element_type="f32" />
            <output><port id="0" precision="FP32" names="image">{dims}</port></output>
        </layer>
        <layer id="1" name="offset" type="Const" version="opset1">
            <data element_type="f32" shape="1, 1, 1, 1" offset="4" size="4" />
            <output><port id="0" precision="FP32">{one}</port></output>
        </layer>
        <layer id="2" name="sum" type="Add" version="opset1">
            <data auto_broadcast="numpy" />
            <input>
                <port id="0" precision="FP32">{dims}</port>
                <port id="1" precision="FP32">{one}</port>
            </input>
            <output><port id="2" precision="FP32" names="map">{dims}</port></output>
        </layer>
        <layer id="3" name="map" type="Result" version="opset1">
            <input><port id="0" precision="FP32">{dims}</port></input>
        </layer>
    </layers>
    <edges>
        <edge from-layer="0" from-port="0" to-layer="2" to-port="0" />
        <edge from-layer="1" from-port="0" to-layer="2" to-port="1" />
        <edge from-layer="2" from-port="2" to-layer="3" to-port="0" />
    </edges>
    <rt_info />
</net>
"""
    return xml, struct.pack("<2f", 0, 0.25)


def tflite_network() -> Any:
    """The schema's object form of: image + constant, int8 weights left out."""
    model = tfl.ModelT()
    model.version = 3
    model.description = "net"
    code = tfl.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = tfl.BuiltinOperator.ADD
    code.version = 1
    model.operatorCodes = [code]
    model.buffers = [tfl.BufferT(), tfl.BufferT()]
    model.buffers[1].data = np.frombuffer(struct.pack("<f", 0.25), np.uint8)
    graph = tfl.SubGraphT()
    graph.name = "main"
    shape = [1, SIZE, SIZE, 1]
    graph.tensors = [_tensor("image", shape, 0), _tensor("offset", [1], 1), _tensor("map", shape, 0)]
    graph.inputs, graph.outputs = [0], [2]
    operator = tfl.OperatorT()
    operator.inputs, operator.outputs = [0, 1], [2]
    operator.builtinOptionsType = tfl.BuiltinOptions.AddOptions
    operator.builtinOptions = tfl.AddOptionsT()
    operator.builtinOptions.fusedActivationFunction = tfl.ActivationFunctionType.RELU
    graph.operators = [operator]
    model.subgraphs = [graph]
    return model


def _tensor(name: str, shape: list[int], buffer: int) -> Any:
    tensor = tfl.TensorT()
    tensor.name, tensor.shape, tensor.buffer = name, shape, buffer
    tensor.quantization = tfl.QuantizationParametersT()
    tensor.quantization.scale, tensor.quantization.zeroPoint = [0.5], [0]
    return tensor


def packed(model: Any) -> bytes:
    """The flatbuffer of a model in object form."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@cache
def sample_files() -> dict[str, bytes]:
    """Path -> bytes of every file but `manifest.json`."""
    golden = np.linspace(0, 1, SIZE * SIZE, dtype="<f4").tobytes()
    xml, weights = openvino_network()
    return {
        ONNX_FILE: onnx_network().SerializeToString(deterministic=True),
        GOLDEN_INPUT: golden,
        "golden/cpu/fp32.bin": golden,
        "golden/openvino/fp32.bin": golden,
        BIN_FILE: weights,
        XML_FILE: xml.encode(),
        "golden/tflite/fp32.bin": golden,
        TFLITE_FILE: packed(tflite_network()),
    }


def _variant(target: str, engine: str, files: tuple[str, ...]) -> Variant:
    return Variant(
        target=target,
        precision="fp32",
        profile=None,
        engine=engine,
        engine_versions=("1.31.1",),
        min_engine_version="1.17",
        architectures=("x86_64", "aarch64"),
        instructions=(),
        files=files,
        input="image",
        output="map",
        layout="NHWC" if engine == "tflite" else "NCHW",
        input_quantization=None,
        output_quantization=None,
        operators={"f32": 2},
        golden=Golden(TensorFile(f"golden/{target}/fp32.bin", "float32", (1, 1, SIZE, SIZE)), 0.999, 1e-3),
        parity=Parity(samples=4, max_error=1e-5, mean_error=1e-6, mask_agreement=1.0),
        accuracy=Accuracy("nuclei", 16, 0.93, 0.87, 0.98, 0.94, 0.92),
        slower_than_fp32=False,
    )


def sample_manifest(files: Mapping[str, bytes]) -> Manifest:
    """The sealed manifest of `files`."""
    manifest = Manifest(
        schema=1,
        name="tiny_net",
        version="1.0.0",
        digest="",
        parameters=10,
        lineage=Lineage(
            recipe={
                "model": "tiny_net",
                "threshold": 0.5,
                "targets": ("cpu", "openvino", "tflite"),
                "size": None,
            },
            recipe_sha256="0" * 64,
            checkpoint_sha256=None,
            samples_sha256="1" * 64,
            git_revision=None,
            tools={"onnx": "1.23.2"},
        ),
        input=InputSpec("image", 1, SIZE, SIZE, 1, "grey", 1 / 255, (0.0,), (1.0,), "bilinear"),
        output=OutputSpec(
            "map",
            1,
            "none",
            "threshold",
            0.5,
            (ClassSpec("background", (0, 0, 0)), ClassSpec("nucleus", (128, 0, 0))),
        ),
        golden_input=TensorFile(GOLDEN_INPUT, "float32", (1, 1, SIZE, SIZE)),
        variants=(
            _variant("cpu", "onnxruntime", (ONNX_FILE,)),
            _variant("openvino", "openvino", (BIN_FILE, XML_FILE)),
            _variant("tflite", "tflite", (TFLITE_FILE,)),
        ),
        files=(),
    )
    return seal(manifest, files)


@cache
def sample_contents() -> Mapping[str, bytes]:
    """Every file in the order of the zip, `manifest.json` first."""
    files = sample_files()
    return {"manifest.json": encode_manifest(sample_manifest(files)), **dict(sorted(files.items()))}


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """The canonical zip of `contents`, in their order."""
    return b"".join(zip_parts(contents))


def canonical_json(value: object) -> bytes:
    """As the format says, made here apart from the code under test."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def with_manifest(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The sample's manifest after `change`, its digest made right again."""
    content = json.loads(sample_contents()["manifest.json"])
    change(content)
    return canonical_json(redigested(content))


def redigested(content: dict[str, Any]) -> dict[str, Any]:
    """The same manifest with its digest made right, where it has one."""
    if "digest" in content:
        rest = {key: value for key, value in content.items() if key != "digest"}
        content["digest"] = hashlib.sha256(canonical_json(rest)).hexdigest()
    return content
