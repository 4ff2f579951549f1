import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from edgec.errors import ExportError
from edgec.export import Exported, export
from edgec.graph import OPSET, Graph
from edgec.passes.simplify import simplify
from edgec.source import Source, load_source

NUCLEI = Path(__file__).parents[3] / "toolchain" / "edgec" / "assets" / "nuclei" / "val" / "images"
UNET = {"Conv", "Relu", "MaxPool", "ConvTranspose", "Concat", "Sigmoid"}


class Net(nn.Module):
    """Two levels of a U-Net, with a cropped skip."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.up = nn.ConvTranspose2d(4, 4, 2, stride=2)
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        skip = self.first(x)
        x = self.up(torch.max_pool2d(skip, 2))
        return self.head(torch.cat([x, skip[..., : x.shape[2], : x.shape[3]]], 1))


def _source(forward: Callable[[Net, Tensor], object] | None = None, channels: int = 1) -> Source:
    torch.manual_seed(2)
    kind = type("Own", (Net,), {"forward": forward}) if forward else Net
    return Source("net", kind().eval(), None, channels, 100, None, trained=True)


def _run(exported: Exported, images: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(exported.graph.to_bytes())
    return session.run(["map"], {"image": images})[0]


@pytest.mark.parametrize("size", [(16, 24), (13, 11)])
def test_a_fixed_size(size: tuple[int, int]) -> None:
    source = _source()
    exported = export(source, size)
    assert exported.multiple_of == 1
    assert list(exported.graph.input.shape) == ["batch", 1, *size]
    assert list(exported.graph.output.shape) == ["batch", 2, size[0] // 2 * 2, size[1] // 2 * 2]
    for batch in (1, 3):
        images = np.random.default_rng(batch).random((batch, 1, *size), np.float32)
        expected = source.module(torch.from_numpy(images)).detach().numpy()
        np.testing.assert_allclose(_run(exported, images), expected, atol=1e-5)


def test_a_free_size_has_no_crop_left() -> None:
    source = _source()
    exported = export(source, None)
    assert exported.multiple_of == 2
    assert {node.op_type for node in exported.graph.nodes} == {
        "Conv",
        "Relu",
        "MaxPool",
        "ConvTranspose",
        "Concat",
    }
    images = np.random.default_rng(0).random((2, 1, 34, 50), np.float32)
    expected = source.module(torch.from_numpy(images)).detach().numpy()
    np.testing.assert_allclose(_run(exported, images), expected, atol=1e-5)


def test_a_network_that_takes_any_size() -> None:
    exported = export(_source(lambda net, x: net.first(x)), None)
    assert exported.multiple_of == 1
    assert list(map(str, exported.graph.output.shape)) == ["batch", "4", "height", "width"]


def test_nothing_but_the_network_is_in_the_file() -> None:
    proto = export(_source(), (16, 16)).graph.to_proto()
    assert [entry.version for entry in proto.opset_import] == [OPSET]
    assert not proto.metadata_props
    assert not any(node.metadata_props or node.doc_string for node in proto.graph.node)
    assert not any(value.metadata_props for value in proto.graph.value_info)
    for leak in (b"File ", b".py", b"torch", str(Path.home()).encode() + b"/"):
        assert leak not in proto.SerializeToString()


def test_nodes_are_named_after_what_they_make() -> None:
    for node in export(_source(), (16, 16)).graph.nodes:
        assert node.name == node.outputs[0].name


PROGRAM = """
import sys
from edgec.export import export
from edgec.passes.simplify import simplify
from edgec.source import load_source
graph = export(load_source(sys.argv[1]), (16, 16)).graph
print(graph.digest, simplify(graph).graph.digest)
"""


def test_the_same_bytes_in_every_process_and_not_a_word(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\nmake = lambda: nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Dropout())"
    )
    command = [sys.executable, "-c", PROGRAM, f"{path}:make"]
    there = subprocess.run(command, capture_output=True, text=True, check=True)
    graph = export(load_source(f"{path}:make"), (16, 16)).graph
    again = export(load_source(f"{path}:make"), (16, 16)).graph
    assert there.stdout.split() == [graph.digest, simplify(graph).graph.digest]
    assert again.digest == graph.digest
    assert there.stderr == ""


def test_what_the_own_forward_prints_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    def chatty(net: Net, x: Tensor) -> Tensor:
        print("hello from forward")
        return net.first(x)

    export(_source(chatty), (8, 8))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello from forward" in captured.err


@pytest.mark.parametrize(
    ("forward", "words"),
    [
        (lambda net, x: (net.first(x), x), ["gives a tuple", "wrap it"]),
        (lambda net, x: {"out": net.first(x)}, ["gives a dict", "wrap it"]),
        (lambda net, x: net.first(x).mean((2, 3)), ["shape (1, 4)", "(batch, channels, height, width)"]),
        (lambda net, x: net.first(x).double(), ["float64"]),
        (lambda net, x: net.head(x), ["does not run on images of (1, 1, 16, 16)", "channels"]),
        (lambda net, x: net.first(x) if x.mean() > 0.4 else x, ["torch cannot export", "branch on values"]),
        (lambda net, x: net.first(x).view(1, -1, *x.shape[2:]), ["free batch"]),
        (lambda net, x: net.first(x) - net.first(x).mean(0, keepdim=True), ["depend on each image alone"]),
        (lambda net, x: net.first(x) + torch.rand_like(x), ["chance"]),
        (lambda net, x: net.first(x) / 0, ["NaN or infinity"]),
    ],
    ids=[
        "tuple",
        "dict",
        "rank",
        "double",
        "channels",
        "branch",
        "fixed batch",
        "batch mean",
        "chance",
        "infinity",
    ],
)
def test_what_cannot_be_exported(forward: Callable[[Net, Tensor], object], words: list[str]) -> None:
    with pytest.raises(ExportError) as caught:
        export(_source(forward), (16, 16))
    for word in words:
        assert word in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_network_of_one_size_says_so_when_it_shall_be_free() -> None:
    source = _source(lambda net, x: net.first(x.reshape(-1, 1, 16, 16)))
    assert export(source, (16, 16)).multiple_of == 1
    with pytest.raises(ExportError, match="--size HEIGHTxWIDTH"):
        export(source, None)


def _image(path: Path, size: tuple[int, int]) -> np.ndarray:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return cv2.resize(grey, size[::-1])[None, None].astype(np.float32) / 255


def _mib(graph: Graph) -> float:
    return len(graph.to_bytes()) / 2**20


@pytest.mark.parametrize(
    ("size", "left"),
    [
        ((148, 148), {"Slice"}),
        pytest.param((37, 50), {"Slice"}, marks=pytest.mark.slow),
        pytest.param((256, 256), set(), marks=pytest.mark.slow),
        pytest.param(None, set(), marks=pytest.mark.slow),
    ],
)
def test_unet_light_on_real_images(size: tuple[int, int] | None, left: set[str]) -> None:
    source = load_source("unet_light")
    exported = export(source, size)
    graph = simplify(exported.graph).graph
    assert exported.multiple_of == (1 if size else 16)
    assert {node.op_type for node in graph.nodes} == UNET | left
    assert all(value.shape[0] == "batch" for node in graph.nodes for value in node.outputs)
    assert _mib(graph) == pytest.approx(5.79, rel=0.01)
    images = [_image(path, size or (256, 256)) for path in sorted(NUCLEI.glob("*.png"))[:2]]
    assert images
    for image in (*images, np.random.default_rng(0).random((3, *images[0].shape[1:]), np.float32)):
        expected = source.module(torch.from_numpy(image)).numpy()
        for step in (exported, Exported(graph, 1)):
            np.testing.assert_allclose(_run(step, image), expected, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_the_size_of_unet() -> None:
    graph = simplify(export(load_source("unet"), (256, 256)).graph).graph
    assert {node.op_type for node in graph.nodes} == UNET
    assert _mib(graph) == pytest.approx(118.39, rel=0.01)


def test_each_node_is_of_the_module_that_it_came_from() -> None:
    found = export(load_source("unet_light", options={"widths": (4, 8)}), (16, 16))
    names = [node.name for node in found.graph.nodes]
    assert found.modules[names[0]] == "encoder.0.0.0"
    assert found.modules[names[-1]] == ""  # the closing sigmoid
    assert set(names) - set(found.modules) == set()
    assert {module.split(".")[0] for module in found.modules.values()} >= {
        "encoder",
        "bottleneck",
        "up",
        "head",
    }
