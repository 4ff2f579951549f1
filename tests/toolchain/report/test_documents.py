"""Documents have the keys that other programs read; tables say what failed and why."""

import io
import json
from typing import Any

import pytest
from rich.console import Console, RenderableType

from edgec.report.bench import bench_table
from edgec.report.document import to_json
from edgec_runtime.bench import BenchReport


def text_of(part: RenderableType) -> str:
    file = io.StringIO()
    Console(file=file, width=1000, markup=False).print(part)
    return file.getvalue()


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="nan"):
        to_json({"metrics": float("nan")})
    assert json.loads(to_json({"colour": "é"})) == {"colour": "é"}


def measurement(precision: str, median: float, **others: Any) -> dict[str, Any]:
    spread = {"low": median - 1, "high": median + 1, "mean": median, "p90": None, "p99": None}
    return {
        "bundle": "net-1.0.0",
        "digest": "ab" * 32,
        "target": "cpu",
        "engine": "onnxruntime",
        "precision": precision,
        "profile": None,
        "threads": 1,
        "batch": 1,
        "size_bytes": 1024 * 1024,
        "precision_in_force": "f32",
        "load_ms": 10.0,
        "first_ms": 30.0,
        "latency_ms": {"median": median, "min": 1.0, "max": 9.0, "cv": 0.01, "runs": 50, **spread},
        "image_ms": median,
        "stages_ms": None,
        "cpu_ms": {"user": median, "system": 0.5},
        "energy_mj": None,
        "memory_mib": {"peak": 100.0},
        "ratio": {"median": 2.5, "low": 2.4, "high": 2.6},
        "warnings": [],
        **others,
    }


NOTHING = dict.fromkeys(("latency_ms", "image_ms", "cpu_ms", "memory_mib", "ratio", "precision_in_force"))
FAILED = measurement("int8-static", 0, target="tflite", **NOTHING, error="not installed: [tflite]")
MACHINE = {"processor": None, "architecture": "x86_64"}


def bench_lines(rows: tuple[dict[str, Any], ...], width: int = 1000) -> list[str]:
    return text_of(bench_table(BenchReport("net-1.0.0", MACHINE, rows), width)).splitlines()


def test_bench_table_compares_with_the_first() -> None:
    rows = (measurement("fp32", 30.0, ratio=None), measurement("int8-static", 12.0), FAILED)
    lines = bench_lines(rows)
    assert lines[0].strip() == "net-1.0.0 on x86_64, threads: 1"
    fp32, int8, failed = (line.split() for line in [line for line in lines if line.strip()][-3:])
    assert fp32 == ["cpu", "fp32", "f32", "30.0", "[29.0-31.0]", "-", "1.0", "-", "30.5", "100"]
    assert int8[5:8] == ["-", "1.0", "2.50"]
    assert failed == ["tflite", "int8-static", "failed", *6 * ["-"]]


def test_bench_table_names_what_differs_and_nothing_else() -> None:
    rows = (
        measurement("fp32", 30.0),
        measurement("fp32", 30.0, batch=4, image_ms=7.5),
        measurement("fp32", 30.0, digest="cd" * 32),
        measurement("fp32", 30.0, energy_mj=41.5),
        measurement("fp32", 30.0, stages_ms={"prepare": 1.0, "network": 28.0, "mask": 0.25}),
    )
    text = "\n".join(bench_lines(rows))
    assert "net-1.0.0 abababab" in text
    assert "net-1.0.0 cdcdcdcd" in text
    assert "1.00 + 28.0 + 0.25" in text
    assert "41.5" in text
    assert "7.50" in text
    plain = "\n".join(bench_lines(rows[:1]))
    assert not any(word in plain for word in ("batch", "mJ", "prepare", "bundle"))


@pytest.mark.parametrize(("width", "lost"), [(120, []), (80, ["CPU ms", "CV %"]), (60, ["p90", "peak MiB"])])
def test_bench_table_fits_the_terminal(width: int, lost: list[str]) -> None:
    rows = (measurement("fp32", 30.0), measurement("int8-static", 12.0, target="openvino"))
    lines = bench_lines(rows, width)
    assert max(map(len, lines)) <= max(width, 72)  # what is left at the least
    assert not any(name in "\n".join(lines) for name in lost)


def test_warnings_are_told_once() -> None:
    rows = (
        measurement("fp32", 30.0, warnings=["hot", "few"]),
        measurement("int8-static", 12.0, warnings=["hot"]),
        FAILED,
    )
    report = BenchReport("net-1.0.0", MACHINE, rows, ("busy",))
    assert report.sentences() == [
        "tflite int8-static failed: not installed: [tflite]",
        "busy",
        "cpu fp32; cpu int8-static: hot",
        "cpu fp32: few",
    ]
    hostile = BenchReport("net-1.0.0", MACHINE, (measurement("fp32", 1.0, error="a\x1b[2J\nb"),))
    assert hostile.sentences() == ["cpu fp32 failed: a?[2J b"]
    alike = BenchReport("net-1.0.0", MACHINE, (rows[1], rows[1]))
    assert alike.sentences() == ["every row: hot"]
