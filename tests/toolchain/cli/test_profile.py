"""`edgec bench --profile`."""

import json
from pathlib import Path
from shutil import copy

import pytest

from edgec.roofline import Best, Peaks, cache

PEAKS = {"int8": Best(500.0, "openvino", "w"), "float32": Best(125.0, "tflite", "w")}


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy in a folder of its own, on a machine whose peaks need no measuring."""
    monkeypatch.setattr(cache, "measure_peaks", lambda threads, _: Peaks(threads, PEAKS, 20.0))
    return Path(copy(tiny_bundle, tmp_path))


WANTED = (
    "--target",
    "tflite",
    "--target",
    "cpu",
    "--precision",
    "int8-static",
    "--threads",
    "1",
    "--profile",
)


def test_the_document_and_the_pictures(here, bundle: Path) -> None:
    finished = here("bench", str(bundle), *WANTED, "--json")
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert len(document["measurements"]) == 2
    assert {entry["target"] for entry in document["profiles"]} == {"cpu", "tflite"}
    for entry, row in zip(document["profiles"], document["measurements"], strict=True):
        assert entry["latency_ms"] == row["latency_ms"]["median"]
        assert entry["type"] == "int8"
        assert entry["share_of_peak"] > 0
    assert len(list(bundle.parent.glob("tiny-*.int8-static.*profile.png"))) == 2
    assert (bundle.parent / cache.FOLDER).is_dir()


def test_a_row_for_each_layer(here, bundle: Path) -> None:
    finished = here("bench", str(bundle), *WANTED)
    assert finished.returncode == 0, finished.stderr
    assert "% of peak" in finished.stdout
    assert "QLinearConv" in finished.stdout
    assert "measure this machine's peak, threads: 1" in finished.stderr
    assert "of this machine's int8 peak (500 GMAC/s, threads: 1)" in finished.stderr
    assert finished.stderr.count(".profile.png") == 2


def test_without_it_nothing_is_profiled(here, bundle: Path) -> None:
    finished = here("bench", str(bundle), *WANTED[:-1], "--json")
    assert "profiles" not in json.loads(finished.stdout)
    assert not list(bundle.parent.glob("*.png"))
