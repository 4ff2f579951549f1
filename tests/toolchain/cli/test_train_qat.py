"""`edgec train --qat int8`"""

import json
from pathlib import Path

import pytest
import yaml
from tests.toolchain.qat.conftest import base, checkpoint, nuclei

from edgec.cli.app import run
from edgec.recipe import Recipe

__all__ = ["base", "checkpoint", "nuclei"]


@pytest.fixture
def recipe(base: Recipe, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    fields = base.model_copy(update={"checkpoint": checkpoint}).model_dump(mode="json")
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(fields))
    return "recipe.yaml"


def test_train_and_build(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "train",
        recipe,
        "--qat",
        "int8",
        "--target",
        "tflite",
        "--epochs",
        "1",
        "--set",
        "train.qat.lr=1e-3",
    ]
    assert run([*words, "--set", "train.qat.lr=1e-3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["target"], document["profile"]) == (1, "tflite", "portable")
    assert len(document["epochs"]) == 1
    assert document["epochs"][0]["lr"] <= 1e-3
    folder = Path(document["run"])
    names = {"best.onnx", "build.yaml", "curves.png", "samples.png", "metrics.json", "recipe.yaml"}
    assert names <= {path.name for path in folder.iterdir()}
    assert document["network"] == str(folder / "best.onnx")
    assert run(["build", "--recipe", document["recipe"], "--no-measure", "--json"]) == 0
    built = json.loads(capsys.readouterr().out)
    assert [row["precision"] for row in built["variants"]] == ["fp32", "int8-static"]


def test_what_is_shown(recipe: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", recipe, "--qat", "int8", "--epochs", "1"]) == 0
    said = " ".join("".join(capsys.readouterr()).split())
    for word in ("fp32, as it was", "int8, as it was", "int8, tuned", "edgec build --recipe runs/tiny/"):
        assert word in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "cpu"], "--target and --profile say what to tune for: add --qat int8"),
        (["--qat", "int8", "--devices", "2"], "one process tunes"),
        (["--qat", "int8", "--profile", "arm", "--target", "tflite"], "'arm' is not a profile of tflite"),
        (["--qat", "int4"], "'int4' is not a precision"),
    ],
)
def test_what_is_refused(
    recipe: str, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", recipe, *words]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
