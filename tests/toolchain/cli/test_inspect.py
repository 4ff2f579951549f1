import json
from pathlib import Path


def test_the_summary(here, tiny_bundle: Path) -> None:
    finished = here("inspect", str(tiny_bundle), "--precision", "int8-static")
    assert finished.returncode == 0, finished.stderr
    assert "float islands" in finished.stdout
    assert "QLinearConv" not in finished.stdout
    assert f"edgec inspect {tiny_bundle} --ops" in finished.stderr


def test_the_operators(here, tiny_bundle: Path) -> None:
    finished = here("inspect", str(tiny_bundle), "--ops", "--target", "cpu", "--target", "tflite")
    assert finished.returncode == 0, finished.stderr
    assert "QLinearConv" in finished.stdout
    assert "CONV_2D" in finished.stdout
    assert "--ops" not in finished.stderr
    assert "edgec bench" in finished.stderr


def test_json(here, tiny_bundle: Path) -> None:
    finished = here("inspect", str(tiny_bundle), "--ops", "--json", "--precision", "int8-static")
    document = json.loads(finished.stdout)
    assert (document["schema"], document["bundle"]) == (1, str(tiny_bundle))
    assert [row["engine"] for row in document["variants"]] == ["onnxruntime", "openvino", "tflite"]
    for row in document["variants"]:
        assert row["islands"] == []
        assert sum(row["types"].values()) == len(row["operators"])


def test_a_bundle_that_is_none_is_refused(here, tmp_path: Path) -> None:
    finished = here("inspect", str(tmp_path / "none.edgec"))
    assert finished.returncode == 2
    assert "no such file" in finished.stderr
