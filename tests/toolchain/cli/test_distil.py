"""`edgec distil`, killed and gone on with, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
import torch
from safetensors.torch import load_file
from tests.toolchain.cli.conftest import Run

from edgec.data import open_dataset

SMALL = ("options.widths=[4,8]", "size=[64,64]", "train.crop=32", "train.batch=2", "train.threads=1")
PHASES = ("distil.hints.epochs=2", "distil.hints.stages=all", "distil.task.attention=1")


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, _bare_environment: None) -> None:
    """Four images of nuclei in the current folder."""
    for kind in ("images", "masks"):
        (tmp_path / "few" / kind).mkdir(parents=True)
    for sample in open_dataset("nuclei#train")[:4]:
        assert sample.mask is not None
        cv2.imwrite(str(tmp_path / "few/images" / f"{sample.name}.png"), sample.image)
        cv2.imwrite(str(tmp_path / "few/masks" / f"{sample.name}.png"), sample.mask)


def words(run: str, *sets: str) -> list[str]:
    line = ["distil", "--teacher", "unet_light", "--student", "unet_light", "--data", "few", "--epochs", "2"]
    return [*line, "--resume", run, *(word for each in (*SMALL, *sets) for word in ("--set", each))]


def test_the_table_tells_every_stage_and_the_next_commands(here: Run) -> None:
    finished = here(*words("run", *PHASES))
    assert finished.returncode == 0, finished.stderr
    assert [line.split()[0] for line in finished.stdout.splitlines()[4:6]] == ["hints-all", "task"]
    assert "edgec eval run/best.safetensors --data few" in finished.stderr
    for name in ("best.safetensors", "recipe.yaml", "metrics.csv", "curves.png", "samples.png"):
        assert Path("run", name).is_file(), name
    assert Path("run/hints-all/curves.png").is_file()


@pytest.mark.slow
def test_a_killed_run_ends_as_one_that_was_not(here: Run) -> None:
    whole = here(*words("whole", *PHASES), "--json")
    assert whole.returncode == 0, whole.stderr
    command = [sys.executable, "-m", "edgec", *words("killed", *PHASES)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stderr is not None
        assert any("epoch 1 of 2" in line for line in process.stderr)
        process.send_signal(signal.SIGKILL)
    again = here(*words("killed", *PHASES), "--json")
    stages = [json.loads(each.stdout)["stages"] for each in (whole, again)]
    assert [stage["name"] for stage in stages[1]] == ["hints-all", "task"]
    losses = [[row["loss"] for stage in each for row in stage["epochs"]] for each in stages]
    assert losses[0] == losses[1]
    for name, tensor in load_file("whole/best.safetensors").items():
        assert torch.equal(tensor, load_file("killed/best.safetensors")[name]), name


def test_a_student_can_start_from_a_checkpoint(here: Run) -> None:
    assert here(*words("first")).returncode == 0
    line = ["distil", "--teacher", "unet_light", "--student", "first/best.safetensors", "--data", "few"]
    finished = here(*line, "--epochs", "1", "--set", "train.crop=32", "--resume", "second", "--json")
    assert finished.returncode == 0, finished.stderr
    assert "weights were taken from first/best.safetensors" in finished.stderr
    first, second = (load_file(f"{run}/best.safetensors") for run in ("first", "second"))
    assert {n: t.shape for n, t in first.items()} == {n: t.shape for n, t in second.items()}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["--teacher", "unet_light"], "name a RECIPE, or a network with --student and images with --data"),
        (["--student", "unet_light", "--data", "few"], "there is no teacher: give --teacher MODEL"),
        (
            ["--student", "unet_light", "--teacher", "unet", "--data", "few"],
            "the teacher unet has no weights",
        ),
        (["--student", "unet_lite", "--teacher", "unet_light", "--data", "few"], "unet_light"),
        (["--student", "no.safetensors", "--teacher", "unet_light"], "there is no checkpoint no.safetensors"),
    ],
)
def test_what_cannot_be_done_is_refused(here: Run, line: list[str], told: str) -> None:
    finished = here("distil", *line)
    assert finished.returncode == 2
    assert told in finished.stderr
