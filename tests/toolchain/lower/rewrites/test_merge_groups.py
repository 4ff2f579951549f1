import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, values
from tests.toolchain.lower.rewrites.test_zero_column import in_integers, same

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.merge_groups import MergeGroups
from edgec.quantize import store_float16

IN_TIME = 60
ENGINE = """
import sys
from pathlib import Path
import numpy as np
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import load_engine

folder, source, result = sys.argv[1:]
files = {name: Path(folder, name).read_bytes() for name in ("model.xml", "model.bin")}
engine = load_engine("openvino").load(files, LoadOptions(threads=1, exact=False))
np.save(Path(folder, "found"), engine.run({source: np.load(Path(folder, "image.npy"))})[result])
"""


def depthwise(channels: int, kernel: tuple[int, int], stored: str = "floats", **attributes: object) -> Graph:
    """Behind a Conv that gives it its channels."""
    first = node("Conv", "x", "v", to="a")
    last = node("Conv", "a", "w", "b", group=channels, pads=[0, 5, 0, 6], **attributes)
    weights = {
        "v": values((channels, 3, 1, 1)),
        "w": values((channels, 1, *kernel), 1),
        "b": values((channels,), 2),
    }
    graph = network((1, 3, 8, 40), first, last, **weights)
    if stored == "halves":
        return store_float16(graph)
    return in_integers(graph) if stored == "integers" else graph


@pytest.mark.parametrize("stored", ["floats", "halves", "integers"])
@pytest.mark.parametrize(
    ("channels", "kernel", "groups"),
    [(16, (1, 17), 8), (15, (3, 14), 5), (2, (8, 15), 1), (7, (2, 31), 1)],
    ids=str,
)
def test_groups_filled_up_with_zeros_change_nothing(
    channels: int, kernel: tuple[int, int], groups: int, stored: str
) -> None:
    graph = depthwise(channels, kernel, stored)
    result = MergeGroups()(graph)
    assert result.changed
    (*_, conv) = (each for each in result.graph.nodes if each.op_type == "Conv")
    assert conv.attributes.get_int("group") == groups
    image = image_for(graph)
    assert same(in_onnxruntime(result.graph.to_bytes(), image), in_onnxruntime(graph.to_bytes(), image))
    assert not MergeGroups()(result.graph).changed


@pytest.mark.parametrize("zero", [np.array([7, 200, 128, 90], np.uint8), np.array(9, np.uint8)], ids=str)
def test_what_stands_for_zero_fills_up(zero: np.ndarray) -> None:
    stored = np.random.default_rng(0).integers(0, 256, (4, 1, 1, 16)).astype(np.uint8)
    scale = np.full(zero.shape, 0.5, np.float32)
    weight = node("DequantizeLinear", "w", "s", "z", to="d", axis=0)
    conv = node("Conv", "x", "d", group=4)
    graph = network((1, 4, 2, 20), weight, conv, w=stored, s=scale, z=zero)
    result = MergeGroups()(graph)
    assert result.changed
    image = image_for(graph)
    assert same(in_onnxruntime(result.graph.to_bytes(), image), in_onnxruntime(graph.to_bytes(), image))


@pytest.mark.parametrize(
    "graph",
    [
        depthwise(16, (1, 13)),
        depthwise(17, (1, 17)),
        depthwise(16, (1, 17), strides=[1, 2]),
        depthwise(16, (1, 17), dilations=[1, 2]),
        network((1, 1, 4, 20), node("Conv", "x", "w"), w=values((1, 1, 1, 17))),
        network((1, 2, 4, 20), node("Conv", "x", "w", group=2), w=values((4, 1, 1, 17))),
        network((1, 4, 4, 20), node("Conv", "x", "w", group=2), w=values((4, 2, 1, 17))),
        network((1, 8, 4, 8), node("Neg", "x")),
    ],
    ids=["narrow", "channels", "stride", "dilation", "one channel", "two kernels each", "groups", "no conv"],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not MergeGroups()(graph).changed


@pytest.mark.parametrize("stored", ["floats", "halves", "integers"])
@pytest.mark.parametrize(("channels", "kernel"), [(16, (1, 17)), (16, (3, 14)), (5, (1, 33)), (3, (7, 17))])
def test_openvino_comes_to_an_end(
    channels: int, kernel: tuple[int, int], stored: str, tmp_path: Path
) -> None:
    """Without the rewrite it does not, on a processor with AMX: in bf16, and of 16 channels in int8."""
    graph = depthwise(channels, kernel, stored)
    lowered, image = lower(graph, "openvino"), image_for(graph)
    for name, data in lowered.files.items():
        (tmp_path / name).write_bytes(data)
    np.save(tmp_path / "image", image)
    command = [sys.executable, "-c", ENGINE, str(tmp_path), lowered.input, lowered.output]
    subprocess.run(command, check=True, timeout=IN_TIME)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    assert np.abs(np.load(tmp_path / "found.npy") - wanted).max() <= 0.05 * np.abs(wanted).max()
