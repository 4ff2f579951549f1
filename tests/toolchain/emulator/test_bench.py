"""Instructions of real bundles."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.tiny import TINY

from edgec.emulator import CORES, EmulatedPython, bench_instructions
from edgec.emulator.metric import Instructions
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.write import seal, write_zip
from edgec_runtime.gate.metric import Side

pytestmark = pytest.mark.slow
PI = "raspberry-pi-4"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    recipe = Recipe(
        model=f"{TINY}:binary", size=(32, 48), targets=(PI, "raspberry-pi-5", "tflite"), name="tiny"
    )
    return build(recipe, tmp_path_factory.mktemp("artifacts"), slower="unmeasured").bundle


def test_rows_are_a_bench_document_without_a_time(bundle: Path, emulator_cache: Path) -> None:
    seen: list[dict[str, object]] = []
    report = bench_instructions([bundle], emulator_cache, precisions=["int8-static"], on_row=seen.append)
    document = report.to_json()
    assert document["schema"] == 1
    assert document["measurements"] == seen
    assert [row["core"] for row in document["measurements"]] == ["cortex-a72", "cortex-a76", "haswell"]
    for row in document["measurements"]:
        found = row["instructions"]
        assert row["threads"] == 1
        assert "latency_ms" not in row
        assert found["least"] == min(found["runs"][1:])
        assert sum(found["classes"].values()) in (0, found["least"])
    # The A76's dot products do the work of many instructions of the A72.
    old, new = (row["instructions"]["least"] for row in document["measurements"][:2])
    assert new < old
    assert "onnxruntime" in document["environment"]["packages"]


def test_a_count_repeats_and_a_wider_network_takes_more(
    bundle: Path, emulator_cache: Path, tmp_path: Path
) -> None:
    metric = Instructions(emulator_cache)
    side = Side(bundle, PI, "fp32")
    same = metric.pair(side, side)
    assert abs(float(np.log(same.candidate / same.baseline)[0])) < 0.001
    recipe = Recipe(
        model=f"{TINY}:three_classes", size=(32, 48), targets=(PI,), precisions=("fp32",), name="wider"
    )
    wider = build(recipe, tmp_path, slower="unmeasured").bundle
    pair = metric.pair(side, replace(side, bundle=wider))
    assert pair.candidate[0] > 1.005 * pair.baseline[0]


def test_a_variant_that_fails_there_is_a_row_that_says_why(
    bundle: Path, emulator_cache: Path, tmp_path: Path
) -> None:
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
        files = {entry.path: opened.read(entry.path) for entry in manifest.files}
    needs = [
        replace(variant, min_engine_version="99.0") for variant in manifest.variants if variant.target == PI
    ]
    kept = {name for variant in needs for name in (*variant.files, variant.golden.output.path)}
    kept |= {manifest.golden_input.path}
    path = tmp_path / "tiny-1.0.0.edgec"
    files = {name: data for name, data in files.items() if name in kept}
    write_zip(path, seal(replace(manifest, variants=tuple(needs)), files), files)
    report = bench_instructions([path], emulator_cache, precisions=["fp32"])
    assert not report.measured
    (row,) = report.measurements
    assert row["instructions"] is None
    assert "99.0" in row["error"]


def test_binary_networks_run_by_their_kernels_where_a_compiler_made_them(
    emulator_cache: Path, tmp_path: Path
) -> None:
    recipe = Recipe(
        model="blu_net_fast",
        options={"widths": [32], "bottleneck": 64},
        size=(32, 32),
        targets=(PI,),
        precisions=("binary",),
    )
    bundle = build(recipe, tmp_path, slower="unmeasured").bundle
    (row,) = bench_instructions([bundle], emulator_cache, precisions=["binary"]).measurements
    lacking = EmulatedPython(CORES["cortex-a72"], emulator_cache).lacks_kernels
    assert ("function body" in row["precision_in_force"]) == (lacking is not None)
    told = [] if lacking is None else [f"counted without the kernels of binary networks: {lacking}"]
    assert row["warnings"] == told
