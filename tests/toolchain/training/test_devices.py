"""Two processes on this machine, joined by gloo."""

import json
import os
from pathlib import Path

import pytest
import torch
from tests.toolchain.training.made import prepared, runs, start

# Each process tells what it holds at the end; torch's file is read by the test alone.
SPY = """
import os, torch
from edgec.learn.task import SegmentationTask

def keep(self):
    path = f"{os.environ['SPY']}/{self.trainer.global_rank}.pt"
    torch.save({"weights": self.network.state_dict(), "steps": self.trainer.global_step}, path)

SegmentationTask.on_fit_end = keep
"""


@pytest.mark.slow
def test_two_processes_train_one_network(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "two")
    (tmp_path / "spy").mkdir()
    (tmp_path / "spy" / "sitecustomize.py").write_text(SPY)
    path = os.pathsep.join([str(tmp_path / "spy"), os.environ.get("PYTHONPATH", "")])
    process = start(folder, "--devices", "2", "--json", PYTHONPATH=path, SPY=str(tmp_path / "spy"))
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    (run,) = runs(folder)
    document = json.loads(out)
    assert document["run"] == str(run.relative_to(folder))
    assert json.loads((run / "metrics.json").read_text())["epochs"] == document["epochs"]
    assert [row["epoch"] for row in document["epochs"]] == [1, 2, 3]
    one, two = (torch.load(tmp_path / "spy" / f"{rank}.pt", weights_only=True) for rank in range(2))
    assert one["steps"] == two["steps"] == 6
    for name, tensor in one["weights"].items():
        assert torch.equal(tensor, two["weights"][name]), name


@pytest.mark.slow
def test_a_batch_that_two_cannot_share_is_refused(tmp_path: Path) -> None:
    process = start(prepared(tmp_path), "--devices", "2", "--set", "train.batch=3")
    assert "a batch of 3 is not shared evenly by 2 processes" in process.communicate()[1]
    assert process.returncode == 2
