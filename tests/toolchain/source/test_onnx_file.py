from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest

from edgec.errors import CheckpointError, ModelSourceError
from edgec.source import load_source

NET = """<ir_version: {ir}, opset_import: ["": {opset}]>
net ({inputs}) => ({outputs}) {{ {body} }}"""


def _onnx(
    path: Path,
    body: str = "w = Constant<value = float[2,3,1,1] {1, 2, 3, 4, 5, 6}>() y = Conv(x, w)",
    inputs: str = "float[n,3,8,8] x",
    outputs: str = "float[n,2,8,8] y",
    opset: int = 17,
) -> Path:
    text = NET.format(ir=8, opset=opset, inputs=inputs, outputs=outputs, body=body)
    onnx.save(onnx.parser.parse_model(text), path)
    return path


def test_an_onnx_file(tmp_path: Path) -> None:
    source = load_source(str(_onnx(tmp_path / "My Net.onnx")))
    assert (source.name, source.channels, source.parameters) == ("my-net", 3, 6)
    assert (source.module, source.trained, source.shipped) == (None, True, False)
    assert source.onnx == (tmp_path / "My Net.onnx").read_bytes()
    assert source.checkpoint_sha256 is not None


def test_weights_beside_the_onnx_file_are_taken_in(tmp_path: Path) -> None:
    path, weight = tmp_path / "net.onnx", np.ones((2, 3, 20, 20), np.float32)
    model = onnx.parser.parse_model(
        NET.format(
            ir=8, opset=17, inputs="float[n,3,32,32] x", outputs="float[n,2,13,13] y", body="y = Conv(x, w)"
        )
    )
    model.graph.initializer.append(onnx.numpy_helper.from_array(weight, "w"))
    onnx.save(model, path, save_as_external_data=True, location="net.data")
    content = load_source(str(path)).onnx
    (tmp_path / "net.data").unlink()
    (taken,) = onnx.load_from_string(content).graph.initializer
    assert (onnx.numpy_helper.to_array(taken) == weight).all()
    with pytest.raises(ModelSourceError, match="not a whole ONNX model"):
        load_source(str(path))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"inputs": "float[n,3,8,8] x, float[1] gain"}, "2 inputs"),
        ({"outputs": "float[n,2,8,8] y, float[2,3,1,1] w"}, "2 outputs"),
        ({"inputs": "float[n,c,8,8] x"}, "FLOAT of shape (n, c, 8, 8)"),
        (
            {"inputs": "float[3,8] x", "outputs": "float[3,8] y", "body": "y = Relu(x)"},
            "FLOAT of shape (3, 8)",
        ),
        (
            {"inputs": "double[n,3,8,8] x", "outputs": "double[n,3,8,8] y", "body": "y = Abs(x)"},
            "DOUBLE of shape",
        ),
        (
            {
                "outputs": "float[n,3,8,8] y",
                "body": "c = Constant<value = bool {1}>() "
                "y = If(c) <then_branch = t () => (float[n,3,8,8] a) {a = Identity(x)}, "
                "else_branch = e () => (float[n,3,8,8] b) {b = Neg(x)}>",
            },
            "control flow operator If",
        ),
        (
            {
                "outputs": "uint8[n,3,8,8] y",
                "body": "s = Constant<value_float = 0.5>() y = QuantizeLinear(x, s)",
            },
            "quantized already",
        ),
    ],
    ids=["inputs", "outputs", "channels", "rank", "double", "control flow", "quantized"],
)
def test_onnx_networks_that_edgec_cannot_build(tmp_path: Path, change: dict[str, str], word: str) -> None:
    path = _onnx(tmp_path / "net.onnx", **change)
    with pytest.raises(ModelSourceError) as caught:
        load_source(str(path))
    assert word in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_sparse_weight_is_refused(tmp_path: Path) -> None:
    model = onnx.parser.parse_model(
        NET.format(
            ir=8, opset=17, inputs="float[n,3,8,8] x", outputs="float[n,3,8,8] y", body="y = Mul(x, w)"
        )
    )
    values = onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [1], [2.0])
    places = onnx.helper.make_tensor("places", onnx.TensorProto.INT64, [1], [1])
    model.graph.sparse_initializer.append(onnx.helper.make_sparse_tensor(values, places, [8]))
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ModelSourceError, match="'w' is sparse"):
        load_source(str(tmp_path / "net.onnx"))


def test_operators_of_others_are_refused(tmp_path: Path) -> None:
    path = _onnx(tmp_path / "net.onnx")
    model = onnx.load(path)
    model.opset_import.append(onnx.helper.make_opsetid("com.others", 1))
    model.graph.node[1].domain = "com.others"
    onnx.save(model, path)
    with pytest.raises(ModelSourceError, match=r"com\.others"):
        load_source(str(path))


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_onnx_weights_that_are_not_finite(tmp_path: Path, value: str) -> None:
    body = f"w = Constant<value = float[2,3,1,1] {{1, 2, 3, 4, 5, {value}}}>() y = Conv(x, w)"
    with pytest.raises(CheckpointError, match="not finite"):
        load_source(str(_onnx(tmp_path / "net.onnx", body)))


def test_damaged_onnx_files(tmp_path: Path) -> None:
    path = _onnx(tmp_path / "net.onnx")
    whole = path.read_bytes()
    for length in (1, 10, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelSourceError):
            load_source(str(path))
    path.write_bytes(b"")
    with pytest.raises(ModelSourceError, match="empty"):
        load_source(str(path))


def test_an_onnx_file_takes_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ModelSourceError, match="holds its own weights"):
        load_source(str(_onnx(tmp_path / "net.onnx")), tmp_path / "w.pt")
