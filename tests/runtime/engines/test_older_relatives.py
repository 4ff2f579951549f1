"""The packages that cannot share an environment with those we prefer, each in one of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
WHICH = """
import json, sys
from edgec_runtime import Session
with Session.open(sys.argv[1], target=sys.argv[2], threads=1) as session:
    native = getattr(session.engine, "_session", None)
    print(json.dumps({
        "precision": session.variant.precision,
        "in_force": session.precision_in_force,
        "providers": native.get_providers() if native else None,
    }))
"""


def environment(folder: Path, *requirements: str) -> Path:
    """A new environment with the runtime and `requirements`; gives its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    # A build writes beside its sources, which other tests read.
    source = folder / "runtime"
    shutil.copytree(
        ROOT / "runtime", source, ignore=shutil.ignore_patterns("*.egg-info", "__pycache__", "build")
    )
    subprocess.run([python, "-m", "pip", "install", "-q", source, *requirements], check=True)
    return python


def run(python: Path, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [str(python), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=clean, check=False)


def answers(python: Path, bundle: Path, command: str, *words: str) -> dict[str, Any]:
    done = run(python, "-m", "edgec_runtime", command, bundle, *words, "--json")
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.slow
def test_openvino_inside_onnxruntime(every_engine: Path, make_bundle: Any, tmp_path: Path) -> None:
    python = environment(tmp_path, "onnxruntime-openvino==1.24.1")
    done = run(python, "-c", WHICH, every_engine, "openvino")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["precision"] == "int8-static"
    assert found["in_force"] == "int8+f32"
    assert found["providers"][0] == "OpenVINOExecutionProvider"
    states = {
        (row["target"], row["precision"]): row for row in answers(python, every_engine, "selftest")["results"]
    }
    assert states["openvino", "fp32"]["status"] == "passed"
    assert states["openvino", "int8-static"]["status"] == "passed"
    assert states["cpu", "fp32"]["status"] == "passed"
    assert "edgec-runtime[tflite]" in states["tflite", "fp32"]["reason"]
    measured = answers(python, every_engine, "bench", "--target", "openvino", "--threads", "1")
    assert all("error" not in row for row in measured["measurements"])
    assert measured["environment"]["packages"]["onnxruntime-openvino"] == "1.24.1"

    alone = make_bundle(variants=[("openvino", "openvino", "fp32")])
    refused = run(python, "-m", "edgec_runtime", "selftest", alone, "--target", "openvino")
    assert refused.returncode == 2
    assert "pip install 'edgec-runtime[openvino]'" in refused.stderr


@pytest.mark.slow
def test_tflite_runtime(make_bundle: Any, tmp_path: Path) -> None:
    bundle = make_bundle(variants=[("tflite", "tflite", "fp32"), ("tflite", "tflite", "int8-static")])
    python = environment(tmp_path, "tflite-runtime==2.14.0", "numpy<2")
    done = run(python, "-c", WHICH, bundle, "tflite")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["precision"] == "fp32"  # int8 is not accelerated there
    assert found["in_force"] == "f32"
    states = answers(python, bundle, "selftest", "--target", "tflite")["results"]
    assert [row["status"] for row in states] == ["passed"]
    (row,) = answers(python, bundle, "bench", "--precision", "fp32", "--threads", "1")["measurements"]
    assert "error" not in row
