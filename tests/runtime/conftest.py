"""Tiny real networks, lowered for every engine, and bundles of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edgec.graph import Graph, static_shape
from edgec.lower import Lowered, lower
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.runner import Runner
from edgec_calibration import calibrate
from edgec_runtime.engine import Array
from edgec_runtime.format.lineage import Lineage
from edgec_runtime.format.manifest import (
    ClassSpec,
    Golden,
    InputSpec,
    Manifest,
    OutputSpec,
    TensorFile,
    Variant,
)
from edgec_runtime.format.write import seal, write_zip
from edgec_targets.target import Int8

HERE = ("x86_64", "aarch64")


@dataclass(frozen=True)
class Net:
    """A 3x3 convolution, a ReLU, a 1x1 convolution and an activation.

    `quantized` puts a QDQ pair first; `integers` makes the TFLite network int8 from end to end.
    """

    channels: int = 1
    outputs: int = 1
    size: int | None = 16
    activation: str = "Sigmoid"
    quantized: bool = False
    integers: bool = False

    def onnx(self) -> bytes:
        """The network with inputs 'image', outputs 'map', a free batch and free sides where size is None."""
        values = np.random.default_rng(0)
        weights = {
            "w1": values.normal(0, 0.5, (4, self.channels, 3, 3)),
            "w2": values.normal(0, 0.5, (self.outputs, 4, 1, 1)),
            "b2": np.linspace(-0.2, 0.2, self.outputs),
        }
        initializers = [
            numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()
        ]
        nodes = []
        start = "image"
        if self.quantized:
            initializers += [
                numpy_helper.from_array(np.float32(1 / 255), "scale"),
                numpy_helper.from_array(np.uint8(0), "zero"),
            ]
            nodes = [
                helper.make_node("QuantizeLinear", ["image", "scale", "zero"], ["q"], name="q"),
                helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["dq"], name="dq"),
            ]
            start = "dq"
        attributes = {"axis": 1} if self.activation == "Softmax" else {}
        nodes += [
            helper.make_node("Conv", [start, "w1"], ["c1"], name="c1", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c1"], ["r1"], name="r1"),
            helper.make_node("Conv", ["r1", "w2", "b2"], ["c2"], name="c2"),
            helper.make_node(self.activation, ["c2"], ["map"], name="act", **attributes),
        ]
        sides = [self.size or "height", self.size or "width"]
        model = helper.make_model(
            helper.make_graph(
                nodes,
                "net",
                [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", self.channels, *sides])],
                [helper.make_tensor_value_info("map", TensorProto.FLOAT, ["batch", self.outputs, *sides])],
                initializers,
            ),
            opset_imports=[helper.make_opsetid("", 21)],
            ir_version=10,
        )
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        return bytes(model.SerializeToString(deterministic=True))

    def lower(self, engine: str) -> Lowered:
        """The files of an engine; OpenVINO's IR as OpenVINO itself writes it."""
        if engine == "tflite" and self.integers:
            return lower(_quantized(Graph.from_bytes(replace(self, quantized=False).onnx())), engine, "int8")
        if engine == "tflite":
            return lower(Graph.from_bytes(self.onnx()), engine)
        files = _openvino_files(self.onnx()) if engine == "openvino" else {"model.onnx": self.onnx()}
        return Lowered(files, "NCHW", "image", "map")


def _quantized(graph: Graph) -> Graph:
    channels, *size = static_shape(graph.input)[1:]
    samples = [np.random.default_rng(seed).random((1, channels, *size), np.float32) for seed in range(4)]
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), samples, "min-max")
    return quantize_static(graph, ranges, Int8(activation="int8"))


def _openvino_files(network: bytes) -> dict[str, bytes]:
    import openvino

    with TemporaryDirectory() as folder:
        xml = Path(folder) / "model.xml"
        openvino.save_model(openvino.Core().read_model(network, b""), xml, compress_to_fp16=False)
        plain = re.sub(rb"<rt_info>.*?</rt_info>|<rt_info ?/>", b"", xml.read_bytes(), flags=re.DOTALL)
        return {"model.xml": plain, "model.bin": xml.with_suffix(".bin").read_bytes()}


Change = Callable[[Variant], Variant]


@dataclass
class BundleMaker:
    """Writes bundles of tiny networks into one folder."""

    folder: Path
    made: int = field(default=0)

    def __call__(
        self,
        net: Net | None = None,
        variants: Sequence[tuple[str, str, str]] = (("cpu", "onnxruntime", "fp32"),),
        change: Mapping[tuple[str, str], Change] | None = None,
        input_changes: Mapping[str, Any] | None = None,
        output_changes: Mapping[str, Any] | None = None,
        swap: Mapping[str, bytes] | None = None,
    ) -> Path:
        """`variants`: (target, engine, precision); `change`: of a finished variant; `swap`: of files."""
        net = net or Net()
        self.made += 1
        side = net.size or 16
        golden = np.random.default_rng(1).random((1, net.channels, side, side), dtype=np.float32)
        files = {"golden/input.bin": golden.tobytes()}
        built = []
        for target, engine, precision in variants:
            quantized = precision != "fp32"
            own_net = replace(net, quantized=quantized, integers=net.integers and quantized)
            variant, own = _variant(own_net, golden, target, engine, precision)
            files |= own
            edit = (change or {}).get((target, precision))
            built.append(edit(variant) if edit else variant)
        files |= swap or {}
        manifest = Manifest(
            schema=1,
            name="tiny",
            version=f"1.0.{self.made}",
            digest="",
            parameters=None,
            lineage=Lineage({}, "0" * 64, None, None, None, {}),
            input=replace(_input(net), **(input_changes or {})),
            output=replace(_output(net), **(output_changes or {})),
            golden_input=TensorFile("golden/input.bin", "float32", golden.shape),
            variants=tuple(built),
            files=(),
        )
        path = self.folder / f"tiny-1.0.{self.made}.edgec"
        write_zip(path, seal(manifest, files), files)
        return path


def _variant(
    net: Net, golden: Array, target: str, engine: str, precision: str
) -> tuple[Variant, dict[str, bytes]]:
    lowered = net.lower(engine)
    with Runner(lowered, engine) as runner:
        answer = runner.run(golden)
    folder = f"{target}/{precision}"
    output = f"golden/{folder}.bin"
    files = {f"{folder}/{name}": data for name, data in lowered.files.items()}
    variant = Variant(
        target=target,
        precision=precision,  # type: ignore[arg-type]
        profile=None,
        engine=engine,  # type: ignore[arg-type]
        engine_versions=("1.0",),
        min_engine_version="1.0",
        architectures=HERE,
        instructions=(),
        files=tuple(sorted(files)),
        input=lowered.input,
        output=lowered.output,
        layout=lowered.layout,
        input_quantization=lowered.input_quantization,
        output_quantization=lowered.output_quantization,
        operators={"float32": 4},
        golden=Golden(TensorFile(output, "float32", answer.shape), 0.999, 1e-4),
        parity=None,
        accuracy=None,
        slower_than_fp32=False,
    )
    return variant, files | {output: answer.tobytes()}


def _input(net: Net) -> InputSpec:
    grey = net.channels == 1
    return InputSpec(
        name="image",
        channels=net.channels,
        height=net.size,
        width=net.size,
        multiple_of=4,
        colour="grey" if grey else "rgb",
        scale=1 / 255,
        mean=(0.0,) if grey else (0.1, 0.2, 0.3),
        std=(1.0,) if grey else (0.5, 0.6, 0.7),
        resize="bilinear",
    )


def _output(net: Net) -> OutputSpec:
    by_threshold = net.activation == "Sigmoid"
    count = net.outputs + by_threshold
    return OutputSpec(
        name="map",
        channels=net.outputs,
        activation="none",
        decision="threshold" if by_threshold else "argmax",
        threshold=0.5 if by_threshold else None,
        classes=tuple(ClassSpec(f"class-{i}", (i * 40, 255 - i, i)) for i in range(count)),
    )


@pytest.fixture(scope="session")
def net_type() -> type[Net]:
    return Net


@pytest.fixture
def make_bundle(tmp_path: Path) -> BundleMaker:
    return BundleMaker(tmp_path)


@pytest.fixture(scope="session")
def every_engine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with cpu and openvino in two precisions, and tflite in fp32. Not to be changed."""
    return BundleMaker(tmp_path_factory.mktemp("bundle"))(
        variants=(
            ("cpu", "onnxruntime", "fp32"),
            ("cpu", "onnxruntime", "int8-static"),
            ("openvino", "openvino", "fp32"),
            ("openvino", "openvino", "int8-static"),
            ("tflite", "tflite", "fp32"),
        )
    )
