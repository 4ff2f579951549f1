import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.toolchain.lower.networks import image_for, in_onnxruntime, network, node, values
from tests.toolchain.lower.rewrites.test_zero_column import changed_to_the_same, compare, in_integers

from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.merge_groups import MergeGroups
from edgec.quantize import store_float16

Size = tuple[int, int]
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


def grouped(
    groups: int, depth: int, results: int, kernel: Size, stored: str = "integers", **attributes: object
) -> Graph:
    """A Conv of `groups`, each of `depth` channels and `results`, behind one that gives it its channels."""
    pads = [kernel[0] // 2, kernel[1] // 2, (kernel[0] - 1) // 2, (kernel[1] - 1) // 2]
    first = node("Conv", "x", "v", to="a")
    last = node("Conv", "a", "w", "b", group=groups, pads=pads, **attributes)
    weights = {
        "v": values((groups * depth, 3, 1, 1)),
        "w": values((groups * results, depth, *kernel), 1),
        "b": values((groups * results,), 2),
    }
    graph = network((1, 3, 18, 48), first, last, **weights)
    if stored == "halves":
        return store_float16(graph)
    return in_integers(graph) if stored == "integers" else graph


# Groups, channels and results of each, kernel, groups that are left.
DEPTHWISE = [(16, 1, 1, (1, 17), 8), (15, 1, 1, (3, 14), 5), (2, 1, 1, (8, 15), 1), (7, 1, 1, (2, 31), 1)]
GROUPED = [(2, 12, 48, (5, 7), 1), (4, 16, 17, (1, 3), 2), (6, 3, 24, (2, 2), 1), (3, 31, 33, (3, 1), 1)]
ALL = [
    *((*each, "integers") for each in (*DEPTHWISE, *GROUPED)),
    *((*each, stored) for each in DEPTHWISE for stored in ("floats", "halves")),
]


@pytest.mark.parametrize(("groups", "depth", "results", "kernel", "left", "stored"), ALL, ids=str)
def test_groups_filled_up_with_zeros_change_nothing(
    groups: int, depth: int, results: int, kernel: Size, left: int, stored: str
) -> None:
    graph = grouped(groups, depth, results, kernel, stored)
    result = MergeGroups()(graph)
    assert result.changed
    (*_, conv) = (each for each in result.graph.nodes if each.op_type == "Conv")
    assert conv.attributes.get_int("group") == left
    image = image_for(graph)
    found, wanted = (in_onnxruntime(each.to_bytes(), image) for each in (result.graph, graph))
    step = np.ptp(wanted) / 255  # which another order of the sums may move an integer by
    assert np.abs(found - wanted).max() <= (1.01 * step if stored == "integers" else 0.01 * step)
    assert not MergeGroups()(result.graph).changed


@pytest.mark.parametrize("zero", [np.array([7, 200, 128, 90], np.uint8), np.array(9, np.uint8)], ids=str)
def test_what_stands_for_zero_fills_up(zero: np.ndarray) -> None:
    stored = np.random.default_rng(0).integers(0, 256, (4, 1, 1, 16)).astype(np.uint8)
    scale = np.full(zero.shape, 0.5, np.float32)
    weight = node("DequantizeLinear", "w", "s", "z", to="d", axis=0)
    conv = node("Conv", "x", "d", group=4)
    graph = network((1, 4, 2, 20), weight, conv, w=stored, s=scale, z=zero)
    changed_to_the_same(MergeGroups(), graph)


@pytest.mark.parametrize(
    "graph",
    [
        grouped(16, 1, 1, (1, 13)),
        grouped(17, 1, 1, (1, 17)),
        grouped(16, 1, 1, (1, 17), strides=[1, 2]),
        grouped(16, 1, 1, (1, 17), dilations=[1, 2]),
        grouped(2, 1, 2, (1, 17)),
        grouped(1, 12, 48, (5, 7)),
        grouped(2, 32, 48, (3, 3)),
        grouped(2, 12, 16, (3, 3)),
        grouped(2, 12, 48, (1, 1)),
        grouped(2, 12, 48, (3, 3), "floats"),
        network((1, 8, 4, 8), node("Neg", "x")),
    ],
    ids=[
        *("narrow", "channels", "stride", "dilation", "two kernels each"),
        *("one group", "deep", "few results", "1x1", "floats", "no conv"),
    ],
)
def test_others_are_left_alone(graph: Graph) -> None:
    assert not MergeGroups()(graph).changed


@pytest.mark.parametrize(("groups", "depth", "results", "kernel", "left"), GROUPED, ids=str)
def test_openvino_computes_them_right(groups: int, depth: int, results: int, kernel: Size, left: int) -> None:
    """Without the rewrite three of these are wrong on a processor with AMX."""
    compare(grouped(groups, depth, results, kernel))


@pytest.mark.parametrize("stored", ["floats", "halves", "integers"])
@pytest.mark.parametrize(("channels", "kernel"), [(16, (1, 17)), (16, (3, 14)), (5, (1, 33)), (3, (9, 17))])
def test_openvino_comes_to_an_end(channels: int, kernel: Size, stored: str, tmp_path: Path) -> None:
    """Without the rewrite it does not, on a processor with AMX: in bf16, and of 16 channels in int8."""
    graph = grouped(channels, 1, 1, kernel, stored)
    lowered, image = lower(graph, "openvino"), image_for(graph)
    for name, data in lowered.files.items():
        (tmp_path / name).write_bytes(data)
    np.save(tmp_path / "image", image)
    command = [sys.executable, "-c", ENGINE, str(tmp_path), lowered.input, lowered.output]
    subprocess.run(command, check=True, timeout=IN_TIME)
    wanted = in_onnxruntime(graph.to_bytes(), image)
    assert np.abs(np.load(tmp_path / "found.npy") - wanted).max() <= 0.05 * np.abs(wanted).max()
