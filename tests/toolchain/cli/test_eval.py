"""`edgec eval` of bundles and of checkpoints, and the folder that it writes."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tests import tiny
from tests.tiny import TINY

from edgec.learn.checkpoint import KEY

MODEL = ("--model", f"{TINY}:binary")


def document(finished: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert finished.returncode == 0, finished.stderr
    found: dict[str, Any] = json.loads(finished.stdout)
    return found


def test_a_bundle_and_the_folder_of_its_scores(here, tiny_bundle: Path, few_nuclei: Path) -> None:
    found = document(
        here(
            "eval",
            str(tiny_bundle),
            "--data",
            str(few_nuclei),
            "--precision",
            "fp32",
            "--target",
            "cpu",
            "--out",
            "scores",
            "--json",
        )
    )
    (row,) = found["results"]
    assert (row["target"], row["precision"], row["images"]) == ("cpu", "fp32", 4)
    assert list(row["metrics"])[-1] == "boundary_f1"
    assert sorted(path.name for path in Path("scores").iterdir()) == [
        "averages.csv",
        "cpu-fp32.png",
        "images.csv",
    ]
    (average,) = csv.DictReader(Path("scores/averages.csv").read_text().splitlines())
    assert float(average["dice"]) == pytest.approx(row["metrics"]["dice"], abs=1e-6)
    assert len(Path("scores/images.csv").read_text().splitlines()) == 1 + 4
    assert list(Path().iterdir()) == [Path("scores")]
    again = here("eval", str(tiny_bundle), "--out", "scores")
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_a_checkpoint_is_judged_as_its_bundle(here, tiny_bundle: Path, few_nuclei: Path) -> None:
    data = str(few_nuclei)
    torch.save(tiny.binary().state_dict(), "weights.pt")
    description = {
        "schema": 1,
        "model": MODEL[1],
        "options": {},
        "input": {
            "channels": 1,
            "colour": "grey",
            "scale": 1 / 255,
            "mean": [0.0],
            "std": [1.0],
            "size": [32, 48],
        },
        "classes": ["background", "nucleus"],
        "recipe_sha256": "0" * 64,
        "data_sha256": "0" * 64,
        "metrics": {},
    }
    save_file(tiny.binary().state_dict(), "weights.safetensors", {KEY: json.dumps(description)})
    (bundle,) = document(
        here("eval", str(tiny_bundle), "--data", data, "--target", "cpu", "--precision", "fp32", "--json")
    )["results"]
    (row,) = document(here("eval", "weights.safetensors", *MODEL, "--data", data, "--centre-line", "--json"))[
        "results"
    ]
    assert (row["target"], row["engine"], row["classes"][0]["name"]) == ("torch", "torch", "nucleus")
    for name, value in bundle["metrics"].items():
        assert row["metrics"][name] == pytest.approx(value, abs=1e-3)
    assert 0 <= row["metrics"]["cldice"] <= 1
    said_nothing = document(here("eval", "weights.pt", *MODEL, "--data", data, "--json"))["results"][0]
    assert said_nothing["metrics"] != row["metrics"]  # judged at the recipe's size of 256x256


def test_the_tolerance_of_the_boundary(here, few_nuclei: Path) -> None:
    torch.save(tiny.balanced(tiny.binary()).state_dict(), "weights.pt")
    words = ("eval", "weights.pt", *MODEL, "--data", str(few_nuclei), "--json", "--tolerance")
    scores = [
        document(here(*words, pixels))["results"][0]["metrics"]["boundary_f1"] for pixels in ("0", "2", "400")
    ]
    assert scores[0] < scores[1] < scores[2]


def test_the_next_commands(here, few_nuclei: Path) -> None:
    torch.save(tiny.binary().state_dict(), "my weights.pt")
    finished = here("eval", "my weights.pt", *MODEL, "--data", str(few_nuclei))
    assert f"edgec build --model {MODEL[1]} --checkpoint 'my weights.pt'" in finished.stderr
    assert "boundary F1" in finished.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("weights.pt",), "name it with --model"),
        (("weights.pt", *MODEL, "--target", "cpu"), "a checkpoint has none"),
        (("weights.edgec", *MODEL), "--model goes with a checkpoint"),
        (("weights.pt", *MODEL, "--tolerance", "-1"), "--tolerance"),
        (("none.safetensors", *MODEL), "there is no checkpoint"),
        (("--model", "unet"), "without weights"),
        ((*MODEL, "--out", "none/scores"), "there is no folder none"),
        ((), "there is no bundle"),
    ],
)
def test_words_that_do_not_go_together(here, words: tuple[str, ...], told: str) -> None:
    finished = here("eval", *words)
    assert finished.returncode == 2
    assert told in finished.stderr
    assert finished.stdout == ""


def test_what_cannot_be_scored_leaves_no_folder(here) -> None:
    torch.save(tiny.binary().state_dict(), "weights.pt")
    finished = here("eval", "weights.pt", *MODEL, "--data", "nowhere", "--out", "scores")
    assert finished.returncode == 2
    assert not Path("scores").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_where_nothing_may_be_written(here, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    assert here("eval", *MODEL, "--out", str(closed / "scores")).returncode == 2


def test_a_bundle_is_evaluated_without_torch_and_lightning(tiny_bundle: Path) -> None:
    script = (
        "import sys; from edgec.cli.app import run;"
        f"code = run(['eval', {str(tiny_bundle)!r}, '--target', 'cpu', '--precision', 'fp32']);"
        "sys.exit(code or ' '.join(n for n in ('torch', 'lightning', 'skimage') if n in sys.modules) or 0)"
    )
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
