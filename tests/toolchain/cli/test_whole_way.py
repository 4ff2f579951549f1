"""build, info, eval and bench on a network of one's own, each as its own process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Finished = subprocess.CompletedProcess[str]

NETWORK = """
from torch import nn

def tiny():
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 1, 1), nn.Sigmoid()
    )

def noisy():
    print("a network that prints while it is made")
    return tiny()

def interrupted():
    import os, signal
    os.kill(os.getpid(), signal.SIGINT)
"""
BUILD = ("build", "--model", "net.py:tiny", "--size", "32", "--target", "cpu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "net.py").write_text(NETWORK)
    return folder


def edgec(folder: Path, *words: str) -> Finished:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("EDGEC_")}
    command = [sys.executable, "-m", "edgec", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def built(folder: Path) -> Finished:
    """Built with a variant for another architecture and a network that prints."""
    words = ("build", "--model", "net.py:noisy", "--size", "32", "--name", "own", "--json")
    return edgec(folder, *words, "--target", "cpu", "--target", "raspberry-pi-5", "--quant", "int8-static")


@pytest.mark.slow
def test_build_json(built: Finished, folder: Path) -> None:
    assert built.returncode == 0, built.stderr
    document = json.loads(built.stdout)
    assert document["schema"] == 1
    assert (folder / document["bundle"]).is_file()
    rows = [(row["target"], row["precision"], row["status"], row["reason"]) for row in document["variants"]]
    assert rows == [
        ("cpu", "fp32", "built", None),
        ("cpu", "int8-static", "built", None),
        ("raspberry-pi-5", "fp32", "built", None),
        ("raspberry-pi-5", "int8-static", "built", None),
    ]
    assert all(row["size_bytes"] > 0 and row["engine"] == "onnxruntime" for row in document["variants"])
    assert "a network that prints" in built.stderr
    assert "random weights" in built.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("built")
def test_info(folder: Path) -> None:
    manifest = json.loads(edgec(folder, "info", "artifacts/own-1.0.0.edgec", "--json").stdout)
    assert (manifest["name"], manifest["version"]) == ("own", "1.0.0")
    text = edgec(folder, "info", "artifacts/own-1.0.0").stdout
    assert manifest["digest"] in text
    assert "raspberry-pi-5" in text


@pytest.mark.slow
@pytest.mark.usefixtures("built")
def test_eval_of_the_newest_bundle(folder: Path) -> None:
    finished = edgec(folder, "eval", "--data", "nuclei", "--target", "cpu", "--json")
    assert finished.returncode == 0, finished.stderr
    results = json.loads(finished.stdout)["results"]
    assert [row["precision"] for row in results] == ["fp32", "int8-static"]
    assert all(0 <= value <= 1 for row in results for value in row["metrics"].values())


@pytest.mark.slow
@pytest.mark.usefixtures("built")
def test_a_row_that_cannot_run_here_says_why(folder: Path) -> None:
    finished = edgec(folder, "bench", "--precision", "fp32", "--threads", "1", "--json")
    document = json.loads(finished.stdout)
    rows = {row["target"]: row for row in document["measurements"]}
    assert rows["cpu"]["latency_ms"]["runs"] >= 50
    assert rows["cpu"]["threads"] == 1
    assert "processor" in document["environment"]
    assert json.loads((folder / "artifacts/own-1.0.0.bench.json").read_text()) == document
    if "error" in rows["raspberry-pi-5"]:  # as on every machine but an aarch64 one
        assert "aarch64" in rows["raspberry-pi-5"]["error"]
        assert finished.returncode == 1
    else:
        assert finished.returncode == 0


@pytest.mark.slow
def test_the_same_build_again_is_left_as_it_is_and_another_is_refused(
    folder: Path, here: Callable[..., Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    weights = (
        "import torch; from net import tiny; torch.manual_seed(0); torch.save(tiny().state_dict(), 'w.pt')"
    )
    subprocess.run([sys.executable, "-c", weights], check=True)
    words = (*BUILD, "--checkpoint", "w.pt", "--quant", "fp32", "--out", "again")
    first = here(*words)
    assert first.returncode == 0, first.stderr
    assert "int8-static" not in first.stdout
    bundle = next(Path("again").glob("*.edgec"))
    content = bundle.read_bytes()
    assert here(*words).returncode == 0
    other = here(*words, "--threshold", "0.4")
    assert other.returncode == 2
    assert "--force" in other.stderr
    assert bundle.read_bytes() == content
    assert here(*words, "--threshold", "0.4", "--force").returncode == 0
    assert bundle.read_bytes() != content


@pytest.mark.slow
def test_an_interrupted_build_leaves_nothing(folder: Path) -> None:
    out = folder / "interrupted"
    finished = edgec(folder, "build", "--model", "net.py:interrupted", "--out", str(out))
    assert finished.returncode == 130
    assert "Traceback" not in finished.stderr
    assert not out.exists()


@pytest.mark.slow
def test_a_folder_that_cannot_be_is_told(
    folder: Path, here: Callable[..., Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    Path("file").write_text("")
    finished = here(*BUILD, "--out", "file/below")
    assert finished.returncode == 2
    assert "file/below" in finished.stderr
    assert "Traceback" not in finished.stderr
