import re
import sys
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
import torch

from edgec import zoo
from edgec.errors import CheckpointError, ModelSourceError
from edgec.source import load_source

TINY = """
from torch import nn

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.head = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        return self.head(self.conv(x).relu())

def make():
    print("made")
    return Tiny()

def needs(width):
    return Tiny()

def fails():
    return Tiny().missing

number = 3
text = lambda: "a network"
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "own net.py"
    path.write_text(TINY)
    return path


def test_a_network_of_the_zoo_without_weights_is_the_same_each_time() -> None:
    before = torch.random.get_rng_state()
    one, two = load_source("unet_light"), load_source("unet_light", channels=1)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert one.name == "unet_light"
    assert (one.channels, one.parameters) == (1, 1_513_354)
    for name, value in one.module.state_dict().items():
        assert torch.equal(two.module.state_dict()[name], value)


def test_shipped_weights_are_the_default() -> None:
    path = zoo.default_weights("unet_light")
    source = load_source("unet_light")
    assert source.trained == source.shipped == (path is not None)
    assert (source.checkpoint_sha256 is not None) == (path is not None)


def test_a_checkpoint_goes_into_the_network(tmp_path: Path) -> None:
    torch.manual_seed(1)
    weights, path = zoo.create("unet_light").state_dict(), tmp_path / "w.pt"
    torch.save(weights, path)
    source = load_source("unet_light", path)
    assert source.trained
    assert not source.shipped
    assert torch.equal(source.module.state_dict()["head.bias"], weights["head.bias"])


def test_a_module_comes_ready_to_run(tiny: Path) -> None:
    module = load_source(f"{tiny}:Tiny").module
    assert not module.training
    assert not any(parameter.requires_grad for parameter in module.parameters())


@pytest.mark.parametrize(("factory", "name"), [("make", "make"), ("Tiny", "tiny")])
def test_a_factory_in_a_file(tiny: Path, factory: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = load_source(f"{tiny}:{factory}")
    assert (source.name, source.channels, source.parameters) == (name, 3, 3 * 4 * 9 + 4 + 4 * 2 + 2)
    assert (source.trained, source.shipped, source.checkpoint_sha256) == (False, False, None)
    assert capsys.readouterr().out == "", "stdout is for results"


def test_a_file_may_import_its_neighbour_and_hides_no_module(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_net.py").write_text("CHANNELS = 5")
    (tmp_path / "json.py").write_text(
        "import torch, neighbour_of_net\nmake = lambda: torch.nn.Conv2d(neighbour_of_net.CHANNELS, 1, 1)"
    )
    path = list(sys.path)
    assert load_source(f"{tmp_path / 'json.py'}:make").channels == 5
    assert sys.path == path
    assert hasattr(sys.modules["json"], "dumps")


def test_a_file_that_changed_is_read_again(tiny: Path) -> None:
    load_source(f"{tiny}:Tiny")
    tiny.write_text(TINY.replace("nn.Conv2d(3,", "nn.Conv2d(1,"))
    assert load_source(f"{tiny}:Tiny").channels == 1


def test_a_factory_in_a_package_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_package_of_test").mkdir()
    (tmp_path / "own_package_of_test" / "nets.py").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    assert load_source("own_package_of_test.nets:make").name == "make"


def test_names_can_name_a_bundle(tmp_path: Path) -> None:
    for name in ("_Größe", "X" * 90, "___"):
        path = tmp_path / "net.py"
        path.write_text(f"from torch import nn\n{name} = lambda: nn.Conv2d(1, 1, 1)")
        assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", load_source(f"{path}:{name}").name)


def test_channels_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("from torch import nn\nmake = nn.ReLU")
    with pytest.raises(ModelSourceError, match="no Conv2d"):
        load_source(f"{path}:make")
    assert load_source(f"{path}:make", channels=3).channels == 3


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("unet_lihgt", ["Did you mean unet_light"]),
        ("something", ["There are unet, unet_light", "file.py:factory"]),
        ("w.safetensors", ["--checkpoint w.safetensors"]),
        ("w.pt", ["--model NETWORK"]),
        ("TINY", ["own net.py:FUNCTION"]),
        ("TINY:mak", ["did you mean make"]),
        ("TINY:number", ["no function or class 'number'"]),
        ("TINY:text", ["gave a str, not an nn.Module"]),
        ("TINY:needs", ["missing 1 required positional argument"]),
        ("TINY:fails", ["own net.py, line", "no attribute 'missing'"]),
        ("TINY:", ["file.py:factory"]),
        (":make", ["file.py:factory"]),
        ("nowhere.py:make", ["there is no file nowhere.py"]),
        ("no_such_package_here.net:make", ["No module named"]),
        ("nowhere.onnx", ["there is no file nowhere.onnx"]),
    ],
)
def test_what_names_no_network(tiny: Path, model: str, words: list[str]) -> None:
    with pytest.raises(ModelSourceError) as caught:
        load_source(model.replace("TINY", str(tiny)))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("import torch\n\nundefined_name\n", 3, "NameError"),
        ("def make(:\n", 1, "SyntaxError"),
        ("import sys\nsys.exit(7)\n", 2, "SystemExit"),
        ("def make():\n    raise RuntimeError('deep down')\n", 2, "deep down"),
        ("from torch import nn\ndef make():\n    return nn.Conv2d(1, 2, 3, groups=7)\n", 3, "groups"),
    ],
)
def test_a_fault_in_the_own_file_tells_its_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(text)
    with pytest.raises(ModelSourceError) as caught:
        load_source(f"{path}:make")
    assert f"{path}, line {line}: " in str(caught.value)
    assert word in str(caught.value)


def test_weights_of_a_factory_that_are_not_finite(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "import torch\ndef make():\n    net = torch.nn.Conv2d(1, 1, 1)\n"
        "    net.weight.data.fill_(torch.nan)\n    return net"
    )
    with pytest.raises(CheckpointError, match="'weight'"):
        load_source(f"{path}:make")


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
