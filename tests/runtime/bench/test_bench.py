import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.runtime.bench.document import read

from edgec_runtime.bench import bench, write_report
from edgec_runtime.errors import BundleError, UsageError

MEMORY = ("imported", "after_load", "after_first", "steady", "peak", "pss")

ROUGH = 0.5  # MiB: newer kernels count pages on each core and join them now and then, see proc_pid_status(5)


def test_one_row_for_each_variant(every_engine: Path) -> None:
    seen: list[dict[str, Any]] = []
    report = bench(every_engine, threads=1, on_row=seen.append)
    rows = read(json.dumps(report.to_json()))["measurements"]
    assert rows == seen
    assert [(row["target"], row["precision"]) for row in rows] == [
        ("cpu", "fp32"),
        ("cpu", "int8-static"),
        ("openvino", "fp32"),
        ("openvino", "int8-static"),
        ("tflite", "fp32"),
    ]
    for row in rows:
        latency = row["latency_ms"]
        assert latency["runs"] >= 64
        assert latency["min"] <= latency["median"] <= latency["p90"] <= latency["max"]
        assert latency["low"] <= latency["median"] <= latency["high"]
        imported, loaded, first, steady, peak, pss = (row["memory_mib"][key] for key in MEMORY)
        assert 0 < imported <= loaded <= peak + ROUGH
        assert 0 < pss <= steady + ROUGH <= peak + 2 * ROUGH
        assert first <= peak + ROUGH
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
    read(json.dumps(report.to_json()))
    assert here["ratio"] is new["ratio"] is None
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
    with pytest.raises(UsageError, match="no bundle to measure"):
        bench([])
    with pytest.raises(UsageError, match="batch is 0"):
        bench(every_engine, batches=[1, 0])
    with pytest.raises(UsageError, match="threads is 0"):
        bench(every_engine, threads=0)
    with pytest.raises(BundleError):
        bench(every_engine.with_name("none.edgec"))


def test_the_report_lies_beside_the_first_bundle(make_bundle: Any, tmp_path: Path) -> None:
    path, other = make_bundle(), make_bundle()
    report = bench([path, other], threads=1)
    assert [row["bundle"] for row in report.measurements] == ["tiny-1.0.1", "tiny-1.0.2"]
    written = write_report(report, path)
    assert written == tmp_path.resolve() / "tiny-1.0.1.bench.json"
    assert read(written.read_text()) == json.loads(json.dumps(report.to_json()))
    with pytest.raises(UsageError, match="cannot be written"):
        write_report(report, tmp_path / "none" / path.name)
    assert not list(tmp_path.glob(".*part"))
