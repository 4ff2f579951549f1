"""Recorded numbers: what is no document of a bench, and what is of another machine."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgec.errors import MeasurementsError, UsageError
from edgec.gate.recorded import Recorded, check_machine, read_recorded, recorded_threads

ENVIRONMENT = {
    "processor": "A processor",
    "architecture": "x86_64",
    "flags": ["avx2", "fma"],
    "cores": 2,
    "governor": None,
    "packages": {"numpy": "2.0", "onnxruntime": "1.24"},
}
ROW = {
    "target": "cpu",
    "precision": "fp32",
    "profile": None,
    "threads": 2,
    "batch": 1,
    "size_bytes": 1000,
    "latency_ms": {"median": 10.0, "low": 9.9, "high": 10.1},
    "memory_mib": {"peak": 90.0},
}
DOCUMENT = {"schema": 1, "environment": ENVIRONMENT, "measurements": [ROW]}


def written(folder: Path, document: Any) -> Path:
    path = folder / "base.bench.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def test_rows_by_variant_and_threads(tmp_path: Path) -> None:
    failed = {key: ROW[key] for key in ("target", "profile")} | {"precision": "fp16", "error": "no"}
    batch = ROW | {"batch": 4}
    recorded = read_recorded(written(tmp_path, DOCUMENT | {"measurements": [ROW, failed, batch]}))
    assert recorded.rows == {(("cpu", "fp32", None), 2): ROW}
    assert recorded_threads(recorded, None) == 2
    with pytest.raises(UsageError, match="on 2 threads: choose one"):
        recorded_threads(recorded, 1)


def change(path: str, value: Any) -> Callable[[Any], Any]:
    def changed(document: Any) -> Any:
        document = copy.deepcopy(document)
        *parts, last = path.split(".")
        place = document
        for part in parts:
            place = place[int(part) if part.isdigit() else part]
        place[last] = value
        return document

    return changed


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda _: "{", "is not JSON"),
        (lambda _: "", "is not JSON"),
        (lambda _: [1], "no document of `edgec bench`"),
        (change("schema", 2), "of schema 1"),
        (change("environment", None), "no document of `edgec bench`"),
        (change("measurements", []), "holds no measurements"),
        (change("measurements", [3]), r"measurements\[0\]"),
        (change("measurements", [{"target": "cpu"}]), r"measurements\[0\]: it lacks 'precision'"),
        (change("measurements.0.latency_ms", {}), "it lacks 'median'"),
        (change("measurements.0.latency_ms.median", -1), "median is -1"),
        (change("measurements.0.latency_ms.median", "fast"), "median is 'fast'"),
        (change("measurements.0.latency_ms.median", float("nan")), "NaN, which is no number"),
        (change("measurements.0.threads", None), "threads is None"),
    ],
)
def test_what_is_no_document(tmp_path: Path, spoil: Callable[[Any], Any], said: str) -> None:
    with pytest.raises(MeasurementsError, match=said):
        read_recorded(written(tmp_path, spoil(DOCUMENT)))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MeasurementsError, match="No such file"):
        read_recorded(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("processor", "Another", "processor A processor there, Another here"),
        ("cores", 4, "cores 2 there, 4 here"),
        ("flags", ["avx2"], r"instructions avx2\+fma there, avx2 here"),
        ("governor", "powersave", "governor unknown there, powersave here"),
        ("packages", {"numpy": "2.0", "onnxruntime": "1.25"}, "onnxruntime 1.24 there, 1.25 here"),
        ("packages", {"numpy": "2.0"}, "onnxruntime 1.24 there, unknown here"),
    ],
)
def test_another_machine_is_refused_and_what_differs_is_said(key: str, value: Any, said: str) -> None:
    recorded = Recorded(Path("base.json"), ENVIRONMENT, {})
    check_machine(recorded, ENVIRONMENT)
    with pytest.raises(MeasurementsError, match=said):
        check_machine(recorded, ENVIRONMENT | {key: value})
