import json
from pathlib import Path

import pytest

from edgec.hotspots import Hotspots, find_hotspots
from edgec.inspection import inspect_bundle
from edgec.report.hotspots import hotspots_document, hotspots_sentence, hotspots_table, write_picture
from edgec.report.icicle import boxes
from edgec.roofline import Best, Peaks
from edgec_runtime.bundle import Bundle

PEAKS = Peaks(1, {"int8": Best(500.0, "e", "w"), "float32": Best(125.0, "e", "w")}, 20.0)
VARIANTS = [
    (target, precision) for target in ("cpu", "openvino", "tflite") for precision in ("fp32", "int8-static")
]
# What the names of the nodes of tests/tiny.py start with, and the input.
LAYERS = {"image", "relu", "getitem", "max", "convolution", "cat", "map"}
STAGES = {"down1", "middle", "up1"}


@pytest.fixture(scope="module")
def found(tiny_bundle: Path) -> dict[tuple[str, str], Hotspots]:
    with Bundle.open(tiny_bundle) as bundle:
        profiles = {(entry.target, entry.precision): entry.profile for entry in bundle.manifest.variants}
    return {key: find_hotspots(tiny_bundle, *key, profiles[key], PEAKS, latency=5.0) for key in VARIANTS}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_operator_has_a_layer_of_the_network_and_a_time(
    variant: tuple[str, str], found: dict[tuple[str, str], Hotspots]
) -> None:
    hotspots = found[variant]
    assert {spot.layer.partition("_")[0] for spot in hotspots.spots} <= LAYERS
    assert all(spot.milliseconds >= 0 and spot.bytes > 0 for spot in hotspots.spots)
    assert {spot.stage for spot in hotspots.spots} == STAGES


@pytest.mark.parametrize("variant", VARIANTS)
def test_layers_and_operators_add_up_to_the_whole(
    variant: tuple[str, str], found: dict[tuple[str, str], Hotspots]
) -> None:
    hotspots = found[variant]
    assert sum(layer.milliseconds for layer in hotspots.layers) == pytest.approx(hotspots.milliseconds)
    (document,) = hotspots_document([hotspots])
    operators = [entry for layer in document["layers"] for entry in layer["operators"]]
    assert sum(entry["ms"] for entry in operators) == pytest.approx(document["ms"], abs=1e-4)
    assert sum(layer["share"] for layer in document["layers"]) == pytest.approx(1, abs=1e-4)
    assert sum(entry["macs"] or 0 for entry in operators) == document["macs"] > 0
    json.dumps(document, allow_nan=False)


def test_the_work_is_the_networks_own(found: dict[tuple[str, str], Hotspots]) -> None:
    """The float networks of OpenVINO and TFLite have no lowering that adds work; by hand, on 32x48."""
    pixels, inner = 32 * 48, 16 * 24
    # down, inner, up, join, head
    macs = pixels * 9 * 1 * 4 + inner * 9 * 4 * 8 + inner * 4 * 8 * 4 + pixels * 9 * 8 * 4 + pixels * 4
    for target in ("openvino", "tflite"):
        assert found[target, "fp32"].macs == macs


def test_the_same_operators_as_inspect_tells(
    tiny_bundle: Path, found: dict[tuple[str, str], Hotspots]
) -> None:
    for row in inspect_bundle(tiny_bundle, precisions=["int8-static"]):
        spots = found[row.target, row.precision].spots
        assert [spot.operator.name for spot in spots] == [entry.name for entry in row.operators]


def test_the_share_of_the_peak_is_that_of_a_run_without_a_profiler(
    found: dict[tuple[str, str], Hotspots],
) -> None:
    hotspots = found["tflite", "int8-static"]
    assert hotspots.type == "int8"
    assert hotspots.share_of_peak == pytest.approx(hotspots.macs / 5.0 / 1e6 / 500.0)
    sentence = hotspots_sentence(hotspots)
    assert "of this machine's int8 peak (500 GMAC/s, threads: 1)" in sentence
    assert "of the 5.00 ms of a run without a profiler" in sentence
    assert "by difference" in sentence


def test_a_row_for_each_layer(found: dict[tuple[str, str], Hotspots]) -> None:
    hotspots = found["cpu", "fp32"]
    assert hotspots_table(hotspots).row_count == len(hotspots.layers)


def test_the_picture_nests_and_is_written(found: dict[tuple[str, str], Hotspots], tmp_path: Path) -> None:
    hotspots = found["openvino", "int8-static"]
    drawn = list(boxes(hotspots))
    for row in ("stage", "layer", "operator"):
        widths = [box.width for box in drawn if box.row == row]
        assert sum(widths) == pytest.approx(hotspots.milliseconds)
    path = write_picture(tmp_path / "tiny-1.0.0.edgec", hotspots)
    assert path.name.startswith("tiny-1.0.0.openvino.int8-static.")
    assert path.name.endswith(".profile.png")
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
