"""A run that is killed with SIGKILL and started again by the same command ends as one that was not."""

import json
import signal
from pathlib import Path

import pytest
import torch
from tests.toolchain.training.made import kill_after, prepared, runs, start


def finished(folder: Path, *words: str) -> None:
    process = start(folder, *words)
    _, errors = process.communicate()
    assert process.returncode == 0, errors


def metrics(folder: Path) -> dict:
    document = json.loads((folder / "metrics.json").read_text())
    for row in document["epochs"]:
        del row["seconds"]
    return document


@pytest.mark.slow
@pytest.mark.parametrize("schedule", ["one-cycle", "plateau"])
def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path, schedule: str) -> None:
    words = ("--set", f"train.schedule={schedule}", "--set", "train.drop_every=1")
    whole, killed = prepared(tmp_path / "whole"), prepared(tmp_path / "killed")
    finished(whole, *words)
    kill_after(start(killed, *words), "epoch 1 of 3")
    kill_after(start(killed, *words), "epoch 2 of 3")
    finished(killed, *words)
    (one,), (other,) = runs(whole), runs(killed)
    assert (one / "best.safetensors").read_bytes() == (other / "best.safetensors").read_bytes()
    assert metrics(one) == metrics(other)
    states = [torch.load(run / "last.ckpt", weights_only=True) for run in (one, other)]
    for part in ("state_dict", "average"):
        for name, tensor in states[0][part].items():
            assert torch.equal(tensor, states[1][part][name]), name


@pytest.mark.slow
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_so_and_goes_on(tmp_path: Path, stop: signal.Signals) -> None:
    folder = prepared(tmp_path)
    process = start(folder, "--epochs", "1000")
    assert process.stderr is not None
    next(line for line in process.stderr if line.startswith("epoch 2"))
    process.send_signal(stop)
    out, errors = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert errors.endswith("interrupted\n")
    (run,) = runs(folder)
    done = len(metrics(run)["epochs"])
    kill_after(start(folder, "--epochs", "1000"), f"epoch {done + 1} of 1000")
    assert runs(folder) == [run]


@pytest.mark.slow
def test_what_is_finished_or_of_another_recipe_is_not_gone_on_with(tmp_path: Path) -> None:
    folder = prepared(tmp_path)
    finished(folder, "--epochs", "1")
    kill_after(start(folder, "--epochs", "2"), "epoch 1 of 2")
    finished(folder, "--epochs", "1")
    assert [metrics(run)["finished"] for run in runs(folder)] == [True, False, True]
    other = start(folder, "--resume", str(runs(folder)[1]))
    assert "was begun with another recipe" in other.communicate()[1]
    assert other.returncode == 2
