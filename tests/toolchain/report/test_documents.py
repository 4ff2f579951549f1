"""Documents have the keys that other programs read; tables say what failed and why."""

import io
import json
from typing import Any

import pytest
from rich.console import Console, RenderableType

from edgec.evaluation import EvalResult
from edgec.report.bench import bench_table
from edgec.report.document import to_json
from edgec.report.eval import METRICS, eval_document, eval_table
from edgec_runtime.bench import BenchReport

SCORES = {"dice": 0.93, "iou": 0.87, "pixel_accuracy": 0.98, "precision": 0.94, "recall": 0.92}
RESULTS = (
    EvalResult("cpu", "onnxruntime", "fp32", None, SCORES, None),
    EvalResult("cpu", "onnxruntime", "int8-static", None, {**SCORES, "dice": 0.929}, None),
    EvalResult(
        "tflite", "tflite", "fp32", None, None, "tflite is not installed: pip install 'edgec-runtime[tflite]'"
    ),
)


def text_of(part: RenderableType) -> str:
    file = io.StringIO()
    Console(file=file, width=1000, markup=False).print(part)
    return file.getvalue()


def test_eval_document() -> None:
    document = eval_document(RESULTS)
    assert document["schema"] == 1
    assert document["results"][0] == {
        "target": "cpu",
        "engine": "onnxruntime",
        "precision": "fp32",
        "profile": None,
        "metrics": SCORES,
    }
    assert document["results"][2]["metrics"] is None
    assert "edgec-runtime[tflite]" in document["results"][2]["reason"]
    assert list(METRICS) == list(SCORES)


def test_eval_table_shows_the_loss_and_the_reason() -> None:
    text = text_of(eval_table(RESULTS, "a bundle"))
    assert "-0.0010" in text
    assert "edgec-runtime[tflite]" in text


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="nan"):
        to_json({"metrics": float("nan")})
    assert json.loads(to_json({"colour": "é"})) == {"colour": "é"}


def measurement(precision: str, median: float) -> dict[str, Any]:
    latency = {
        "median": median,
        "mean": median,
        "p90": None,
        "p99": None,
        "min": 1.0,
        "max": 9.0,
        "cv": 0.01,
        "runs": 50,
    }
    return {
        "target": "cpu",
        "engine": "onnxruntime",
        "precision": precision,
        "profile": None,
        "precision_in_force": "f32",
        "threads": 1,
        "load_ms": 10.0,
        "first_ms": 30.0,
        "latency_ms": latency | {"p90": None, "p99": None},
        "memory_mib": {"peak": 100.0, "after_load": 90.0},
        "size_bytes": 1024 * 1024,
    }


FAILED = measurement("int8-static", 0) | {
    "target": "tflite",
    "latency_ms": None,
    "error": "not installed: [tflite]",
}


def test_bench_table_compares_with_fp32_of_the_same_target() -> None:
    rows = (measurement("fp32", 30.0), measurement("int8-static", 12.0), FAILED)
    machine = {"processor": None, "architecture": "x86_64"}
    text = text_of(bench_table(BenchReport("net-1.0.0", machine, rows)))
    row = next(line for line in text.splitlines() if "int8-static" in line)
    assert " 2.50 " in row
    assert " 1.00 " in row  # MiB
    assert row.split()[5] == "-"  # no p90 from 50 runs
    assert "not installed: [tflite]" in text
    assert "net-1.0.0 on x86_64, threads: 1" in text
