"""What benchmarks/distillation.py compares, and that it goes on where it was."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import cv2
import pytest
from click.testing import CliRunner

from edgec.data import open_dataset

FILE = Path(__file__).parents[2] / "benchmarks/distillation.py"


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, in a folder with four images of nuclei."""
    for kind in ("images", "masks"):
        (tmp_path / "few" / kind).mkdir(parents=True)
    for sample in open_dataset("nuclei#train")[:4]:
        assert sample.mask is not None
        cv2.imwrite(str(tmp_path / "few/images" / f"{sample.name}.png"), sample.image)
        cv2.imwrite(str(tmp_path / "few/masks" / f"{sample.name}.png"), sample.mask)
    monkeypatch.chdir(tmp_path)
    spec = importlib.util.spec_from_file_location("distillation", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(script: ModuleType, seeds: int) -> tuple[str, str]:
    words = ["--data", "few", "--epochs", "1", "--seeds", str(seeds), "--out", "out"]
    finished = CliRunner().invoke(script.main, words)
    assert finished.exit_code == 0, finished.output
    return finished.stdout, finished.stderr


def test_finished_seeds_are_not_trained_again(script: ModuleType) -> None:
    first, told = call(script, 1)
    assert "seed 0, alone: epoch 1 of 1" in told
    assert "seed 0, distilled: epoch 1 of 1" in told
    second, told = call(script, 2)
    assert "seed 0" not in told
    assert "seed 1, distilled: epoch 1 of 1" in told
    rows = [json.loads(line) for line in Path("out/rows.jsonl").read_text().splitlines()]
    assert [row["seed"] for row in rows] == [0, 1]
    assert f"{rows[0]['distilled'] - rows[0]['alone']:.4f}" in first
    gain = sum(row["distilled"] - row["alone"] for row in rows) / 2
    assert f"The teacher gains {gain:+.4f} Dice, in the mean over 2 seeds." in second


def test_a_training_that_is_over_is_taken_though_its_seed_is_not(script: ModuleType) -> None:
    call(script, 1)
    (row,) = (json.loads(line) for line in Path("out/rows.jsonl").read_text().splitlines())
    Path("out/rows.jsonl").unlink()
    _, told = call(script, 1)
    assert told == ""
    assert json.loads(Path("out/rows.jsonl").read_text()) == row


def test_both_ways_train_alike_but_for_the_teacher(script: ModuleType) -> None:
    alone, taught = (script.recipe_of("few", 7, 2, who) for who in (None, "unet_light"))
    assert taught.model_copy(update={"distil": None}) == alone
    assert sum(stage.epochs or 0 for stage in (taught.distil.transfer, taught.distil.task)) == 0
