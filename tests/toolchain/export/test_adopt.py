from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import onnxruntime
import pytest

from edgec.errors import ExportError
from edgec.export import export
from edgec.graph import OPSET
from edgec.passes.simplify import simplify
from edgec.source import Source, load_source
from edgec.tidy import IR_VERSION

# As older exporters wrote: weights in Constant nodes, and an opset whose Clip and Dropout are others.
OLD = """<ir_version: {ir}, opset_import: ["": {opset}]>
net (float[{batch},1,{height},{width}] x) => (float[{batch},2,a,b] y) {{
    w = Constant<value = float[2,1,3,3] {{{weights}}}>()
    image = Conv<pads = [1,1,1,1]>(x, w)
    r = Relu(image)
    y = MaxPool<kernel_shape = [2,2], strides = [2,2]>(r)
}}"""


def _file(path: Path, text: str = OLD, **words: object) -> Source:
    given = {"ir": 6, "opset": 11, "batch": "n", "height": "h", "width": "w", **words}
    weights = ", ".join(f"{value:.4f}" for value in np.random.default_rng(0).normal(size=18))
    onnx.save(onnx.parser.parse_model(text.format(weights=weights, **given)), path)
    return load_source(str(path))


def _answers_agree(source: Source, content: bytes, images: np.ndarray) -> bool:
    original = onnxruntime.InferenceSession(source.onnx)
    expected = np.concatenate([original.run(None, {"x": image[None]})[0] for image in images])
    found = onnxruntime.InferenceSession(content).run(["map"], {"image": images})[0]
    return np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("opset", [9, 11, 13, 17, 20, 21, 22])
def test_it_takes_the_form_of_an_exported_network(tmp_path: Path, opset: int) -> None:
    source = _file(tmp_path / "net.onnx", opset=opset, ir=8 if opset > 11 else 6)
    exported = export(source, (16, 24))
    proto = exported.graph.to_proto()
    assert ([entry.version for entry in proto.opset_import], proto.ir_version) == ([OPSET], IR_VERSION)
    assert exported.multiple_of == 1
    assert list(exported.graph.input.shape) == ["batch", 1, 16, 24]
    assert list(exported.graph.output.shape) == ["batch", 2, 8, 12]
    assert [node.op_type for node in exported.graph.nodes] == ["Conv", "Relu", "MaxPool"]
    images = np.random.default_rng(1).random((3, 1, 16, 24), np.float32)
    assert _answers_agree(source, exported.graph.to_bytes(), images)


def test_a_value_inside_that_is_called_as_the_input_is_renamed(tmp_path: Path) -> None:
    graph = export(_file(tmp_path / "net.onnx"), (16, 16)).graph
    assert [node.name for node in graph.nodes] == ["image_inner", "r", "map"]


def test_a_free_size(tmp_path: Path) -> None:
    source = _file(tmp_path / "net.onnx")
    exported = export(source, None)
    assert exported.multiple_of == 2
    images = np.random.default_rng(1).random((2, 1, 34, 50), np.float32)
    assert _answers_agree(source, exported.graph.to_bytes(), images)


def test_a_batch_of_one_becomes_free(tmp_path: Path) -> None:
    source = _file(tmp_path / "net.onnx", batch=1)
    exported = export(source, (16, 16))
    assert exported.graph.input.shape[0] == exported.graph.output.shape[0] == "batch"
    images = np.random.default_rng(1).random((3, 1, 16, 16), np.float32)
    assert _answers_agree(source, exported.graph.to_bytes(), images)


def test_weights_listed_among_the_inputs(tmp_path: Path) -> None:
    text = """<ir_version: 3, opset_import: ["": 9]>
        net (float[n,1,h,w] x, float[2,1,1,1] k) => (float[n,2,h,w] y) { y = Conv(x, k) }"""
    model = onnx.parser.parse_model(text)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.ones((2, 1, 1, 1), np.float32), "k"))
    onnx.save(model, tmp_path / "net.onnx")
    source = load_source(str(tmp_path / "net.onnx"))
    assert source.parameters == 2
    exported = export(source, (8, 8))
    assert [value.name for value in exported.graph.model.graph.inputs] == ["image"]


def test_the_same_bytes_each_time(tmp_path: Path) -> None:
    source = _file(tmp_path / "net.onnx")
    assert export(source, (16, 16)).graph.digest == export(source, (16, 16)).graph.digest


@pytest.mark.parametrize("size", [(32, 32), None])
def test_a_network_of_one_size_says_which(tmp_path: Path, size: tuple[int, int] | None) -> None:
    source = _file(tmp_path / "net.onnx", height=16, width=24)
    assert export(source, (16, 24)).multiple_of == 1
    with pytest.raises(ExportError, match=r"16x24 .* --size 16x24"):
        export(source, size)


BAKED = """<ir_version: 8, opset_import: ["": 17]>
net (float[1,1,4,4] x) => (float[1,4,2,2] y) {{
    s = Constant<value_ints = [1, 4, 2, 2]>() y = Reshape(x, s)
}}"""


def test_a_batch_that_is_baked_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="free batch"):
        export(_file(tmp_path / "net.onnx", BAKED), (4, 4))


def test_a_size_too_small_is_refused(tmp_path: Path) -> None:
    text = OLD.replace("kernel_shape = [2,2]", "kernel_shape = [9,9]")
    with pytest.raises(ExportError):
        export(_file(tmp_path / "net.onnx", text), (4, 4))


def test_a_group_normalization_can_be_simplified(tmp_path: Path) -> None:
    """ONNX infers no shape of it, nor then of what follows."""
    norm = """<ir_version: {ir}, opset_import: ["": 21]>
        net (float[{batch},2,{height},{width}] x) => (float[{batch},2,a,b] y) {{
            s = Constant<value = float[2] {{2.0, 0.5}}>()
            n = GroupNormalization<num_groups = 1>(x, s, s)
            y = Relu(n)
        }}"""
    source = _file(tmp_path / "net.onnx", norm, ir=10)
    for size in (None, (8, 12)):
        assert simplify(export(source, size).graph).graph.output.shape is not None
