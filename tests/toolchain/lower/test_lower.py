import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.toolchain.lower.networks import Array, in_onnxruntime, in_tflite

from edgec.errors import GraphError, UsageError
from edgec.graph import Graph
from edgec.lower import ENGINES, Lowered, lower
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime as ort_engine
from edgec_runtime.engines import openvino as openvino_engine

IN_ANOTHER_PROCESS = """
import hashlib, pathlib, sys
from edgec.graph import Graph
from edgec.lower import ENGINES, lower
for path in sys.argv[1:]:
    for engine in ENGINES:
        for name, data in lower(Graph.from_bytes(pathlib.Path(path).read_bytes()), engine).files.items():
            print(engine, name, hashlib.sha256(data).hexdigest())
"""
EXACT = LoadOptions(threads=1, exact=True)


def image() -> Array:
    return np.random.default_rng(1).random((1, 1, 64, 48), np.float32)


def in_engine(lowered: Lowered, engine: str) -> Array:
    """The answer of the runtime's own engine."""
    if engine == "tflite":
        return in_tflite(lowered, image())
    module = {"onnxruntime": ort_engine, "openvino": openvino_engine}[engine]
    return module.load(lowered.files, EXACT).run({lowered.input: image()})[lowered.output]


@pytest.mark.parametrize("engine", ENGINES)
def test_float_agrees_with_the_source(unet_light: Graph, engine: str) -> None:
    wanted = in_onnxruntime(unet_light.to_bytes(), image())
    assert np.ptp(wanted) > 0.01
    found = in_engine(lower(unet_light, engine), engine)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_int8_agrees_with_the_source(unet_light_int8: Callable[[str], Graph], engine: str) -> None:
    graph = unet_light_int8("int8" if engine == "tflite" else "uint8")
    wanted = in_onnxruntime(graph.to_bytes(), image())
    found = in_engine(lower(graph, engine), engine)
    assert np.abs(found - wanted).mean() < 0.008
    # On noise the network is nowhere sure, so that a step of the integers turns many a pixel.
    assert ((found > 0.5) == (wanted > 0.5)).mean() > 0.98


def test_the_same_bytes_each_time(
    unet_light: Graph, unet_light_int8: Callable[[str], Graph], tmp_path: Path
) -> None:
    paths, wanted = [], []
    for name, graph in (("float", unet_light), ("int8", unet_light_int8("uint8"))):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(graph.to_bytes())
        for engine in ENGINES:
            first = lower(graph, engine)
            assert lower(graph, engine) == first
            wanted += [
                f"{engine} {file} {hashlib.sha256(data).hexdigest()}" for file, data in first.files.items()
            ]
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, *paths]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == wanted


@pytest.mark.parametrize("engine", ENGINES)
def test_int8_weighs_about_a_quarter(
    unet_light: Graph, unet_light_int8: Callable[[str], Graph], engine: str
) -> None:
    def weight(graph: Graph) -> int:
        return sum(len(data) for data in lower(graph, engine).files.values())

    assert 0.24 < weight(unet_light_int8("uint8")) / weight(unet_light) < 0.33


@pytest.mark.parametrize("engine", ENGINES)
def test_the_graph_is_not_changed(unet_light_int8: Callable[[str], Graph], engine: str) -> None:
    graph = unet_light_int8("uint8")
    before = graph.digest
    lower(graph, engine)
    assert graph.digest == before


def test_names_and_layouts(unet_light: Graph) -> None:
    layouts = {}
    for engine in ENGINES:
        lowered = lower(unet_light, engine)
        assert (lowered.input, lowered.output) == (unet_light.input.name, unet_light.output.name)
        layouts[engine] = (lowered.layout, sorted(lowered.files))
    assert layouts == {
        "onnxruntime": ("NCHW", ["model.onnx"]),
        "openvino": ("NCHW", ["model.bin", "model.xml"]),
        "tflite": ("NHWC", ["model.tflite"]),
    }


def test_openvino_tells_nothing_of_who_wrote_it(unet_light: Graph) -> None:
    topology = lower(unet_light, "openvino").files["model.xml"]
    assert b'<net name="network" version="11">' in topology
    for forbidden in (b"<!", b"rt_info", b"untime", b"tmp"):
        assert forbidden not in topology


def test_openvino_leaves_no_file_behind(
    unet_light: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lower(unet_light, "openvino")
    assert not list(tmp_path.iterdir())


def test_an_unknown_engine_is_refused(unet_light: Graph) -> None:
    with pytest.raises(
        UsageError, match="no engine is called 'ncnn'; there are onnxruntime, openvino, tflite"
    ):
        lower(unet_light, "ncnn")


def test_tflite_refuses_a_free_size(unet_light: Graph) -> None:
    proto = unet_light.to_proto()
    proto.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "height"
    with pytest.raises(GraphError, match="one fixed size"):
        lower(Graph.from_bytes(proto.SerializeToString()), "tflite")


def test_loading_one_lowering_loads_no_other_engine() -> None:
    code = (
        "import sys, edgec.lower; "
        "print([name for name in ('openvino', 'onnxruntime', 'ai_edge_litert') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
