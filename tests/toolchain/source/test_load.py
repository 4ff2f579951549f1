import re
import sys
from pathlib import Path

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
