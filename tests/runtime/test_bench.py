import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edgec_runtime.bench import bench, write_report
from edgec_runtime.errors import BundleError, UsageError

ROW = {
    "bundle", "digest", "target", "engine", "precision", "profile", "precision_in_force", "threads", "batch",
    "load_ms", "first_ms", "latency_ms", "image_ms", "stages_ms", "cpu_ms", "energy_mj", "memory_mib",
    "size_bytes", "ratio", "warnings",
}  # fmt: skip
MEMORY = ("imported", "after_load", "after_first", "steady", "peak", "pss")
LATENCY = {"median", "low", "high", "mean", "p90", "p99", "min", "max", "cv", "runs"}


def test_one_row_for_each_variant(every_engine: Path) -> None:
    seen: list[dict[str, Any]] = []
    report = bench(every_engine, threads=1, on_row=seen.append)
    document = json.loads(json.dumps(report.to_json()))
    rows = document["measurements"]
    assert rows == seen
    assert document["schema"] == 1
    assert set(document) == {"schema", "environment", "measurements", "warnings"}
    assert set(document["environment"]["after"]) == {"temperature_c", "frequency_mhz", "load_average"}
    assert [(row["target"], row["precision"]) for row in rows] == [
        ("cpu", "fp32"),
        ("cpu", "int8-static"),
        ("openvino", "fp32"),
        ("openvino", "int8-static"),
        ("tflite", "fp32"),
    ]
    for row in rows:
        assert set(row) == ROW
        assert set(row["latency_ms"]) == LATENCY
        latency = row["latency_ms"]
        assert latency["runs"] >= 64
        assert latency["min"] <= latency["median"] <= latency["p90"] <= latency["max"]
        assert latency["low"] <= latency["median"] <= latency["high"]
        imported, loaded, first, steady, peak, pss = (row["memory_mib"][key] for key in MEMORY)
        assert 0 < imported <= loaded <= peak
        assert 0 < pss <= steady <= peak
        assert first <= peak
        assert 0 < row["cpu_ms"]["user"] + row["cpu_ms"]["system"] < 2 * latency["mean"] + 1
        assert row["image_ms"] == latency["median"]
        assert row["stages_ms"] is None
        assert row["load_ms"] > 0
        assert row["first_ms"] > 0
        assert row["threads"] == 1
        assert any("vary by more than" in sentence for sentence in row["warnings"]) == (latency["cv"] > 0.025)
    assert rows[0]["ratio"] is None
    for row in rows[1:]:
        assert 0 < row["ratio"]["low"] <= row["ratio"]["median"] <= row["ratio"]["high"]
    assert rows[1]["precision_in_force"] == "int8+f32"


def test_the_worker_starts_fresh(every_engine: Path) -> None:
    ballast = bytearray(os.urandom(1 << 20)) * 400  # a child's ru_maxrss would be at least this
    report = bench(every_engine, ["cpu"], ["fp32"], threads=1)
    assert len(ballast) > 1 << 28
    assert report.measurements[0]["memory_mib"]["peak"] < 300


def test_a_row_that_failed_says_why(make_bundle: Any) -> None:
    path = make_bundle(
        variants=[
            ("cpu", "onnxruntime", "fp32"),
            ("new", "onnxruntime", "fp32"),
            ("far", "onnxruntime", "fp32"),
        ],
        change={
            ("new", "fp32"): lambda v: replace(v, min_engine_version="99.0"),
            ("far", "fp32"): lambda v: replace(v, architectures=("riscv64",)),
        },
    )
    report = bench(path, threads=1)
    here, new, far = report.measurements
    assert "error" not in here
    assert "99.0 or newer" in new["error"]
    assert "riscv64" in far["error"]
    assert set(new) == ROW | {"error"}
    assert new["latency_ms"] is None
    assert new["size_bytes"] == here["size_bytes"]
    assert report.measured
    assert not bench(path, ["new"], threads=1).measured


def test_a_worker_that_dies_is_a_failed_row(make_bundle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_bundle()
    monkeypatch.setenv("PYTHONHOME", str(path.parent))  # no interpreter starts with this
    row = bench(path, threads=1).measurements[0]
    assert "the process ended with code 1" in row["error"]


def test_the_current_folder_is_not_imported_from(
    make_bundle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_bundle()
    (tmp_path / "onnxruntime.py").write_text("raise SystemExit('the wrong onnxruntime')")
    monkeypatch.chdir(tmp_path)
    assert "error" not in bench(path.name, threads=1).measurements[0]


def test_words_that_the_bundle_does_not_hold(every_engine: Path, make_bundle: Any) -> None:
    with pytest.raises(UsageError, match=r"target 'cpuu': choose cpu, openvino, tflite"):
        bench(every_engine, ["cpuu"])
    with pytest.raises(UsageError, match=r"precision 'int4': choose fp32, int8-static"):
        bench(every_engine, [], ["int4"])
    with pytest.raises(UsageError, match="no variant of tflite in int8-static"):
        bench(every_engine, ["tflite"], ["int8-static"])
    with pytest.raises(UsageError, match="threads is 0"):
        bench(every_engine, threads=0)
    with pytest.raises(BundleError):
        bench(every_engine.with_name("none.edgec"))


def test_the_report_lies_beside_the_bundle(make_bundle: Any, tmp_path: Path) -> None:
    path = make_bundle()
    report = bench(path, threads=1)
    written = write_report(report, path)
    assert written == tmp_path.resolve() / "tiny-1.0.1.bench.json"
    assert json.loads(written.read_text()) == json.loads(json.dumps(report.to_json()))
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(report, tmp_path / "none" / path.name)
    assert not list(tmp_path.glob(".*part"))
