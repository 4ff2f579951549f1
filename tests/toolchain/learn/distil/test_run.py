import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tests.toolchain.learn.distil.networks import make, teacher

from edgec.data import Split, open_dataset
from edgec.learn.distil.run import run_stages
from edgec.learn.distil.stages import resolve
from edgec.learn.fit import FitResult
from edgec.learn.task import SegmentationTask
from edgec.progress import Progress, Step
from edgec.recipe import Recipe

SPLIT = Split(open_dataset("nuclei#train")[:4], open_dataset("nuclei#val")[:2])
PHASES = {
    "transfer": {"epochs": 1},
    "hints": {"epochs": 2, "lr": 0.01},
    "task": {"epochs": 2, "attention": 1.0},
}

Run = dict[str, FitResult]


def run(folder: Path, progress: Progress | None = None, **phases: object) -> Run:
    recipe = Recipe.model_validate(
        {
            "model": "unet_light",
            "size": (64, 64),
            "train": {"batch": 2, "crop": 32, "threads": 1},
            "distil": {"teacher": "unet_light", **(phases or PHASES)},
        }
    )
    folder.mkdir(exist_ok=True)
    task = SegmentationTask(make(), resolve(recipe))
    return run_stages(task, teacher(), SPLIT, folder, progress=progress or Progress())


class KilledError(Exception):
    """What ends a run from outside."""


class Killer(Progress):
    """Ends the run at the beginning of one step of one stage."""

    def __init__(self, stage: str, step: str) -> None:
        self.stage, self.step_name, self.open = stage, step, ""

    def begin(self, name: str, total: int | None) -> Step:
        if not name.startswith("epoch"):
            self.open = name
        elif (self.open, name) == (self.stage, self.step_name):
            raise KilledError
        return super().begin(name, total)


class Told(Progress):
    """The names of the steps."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def begin(self, name: str, total: int | None) -> Step:
        self.names.append(name)
        return super().begin(name, total)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tmp_path_factory.mktemp("whole"))


def test_stages_run_in_order_and_each_keeps_its_metrics(whole: Run) -> None:
    assert list(whole) == ["transfer", "hints-encoder", "hints-decoder", "task"]
    for name, epochs in (("transfer", 1), ("hints-encoder", 2), ("hints-decoder", 2), ("task", 2)):
        folder = whole[name].folder
        document = json.loads((folder / "metrics.json").read_text())
        assert document["finished"], name
        assert len(document["epochs"]) == epochs
    assert whole["task"].folder == whole["transfer"].folder.parent


def test_the_students_checkpoint_holds_the_student_alone(whole: Run) -> None:
    for stage in whole.values():
        assert load_file(stage.checkpoint).keys() == make().state_dict().keys()
    document = json.loads((whole["task"].folder / "metrics.json").read_text())
    assert document["best"]["dice"] == whole["task"].best.dice
    assert whole["task"].best.dice == max(row["dice"] for row in document["epochs"])


@pytest.mark.parametrize(("stage", "epoch"), [("hints-decoder", 2), ("task", 2)])
def test_a_killed_run_goes_on_where_it_was_and_ends_the_same(
    whole: Run, tmp_path: Path, stage: str, epoch: int
) -> None:
    with pytest.raises(KilledError):
        run(tmp_path, Killer(stage, f"epoch {epoch} of 2"))
    again = run(tmp_path, told := Told())
    first = told.names[told.names.index(stage) + 1]
    assert first == f"epoch {epoch} of 2"
    assert told.names[: told.names.index(stage)] == list(whole)[: list(whole).index(stage)]
    weights = load_file(again["task"].checkpoint)
    for name, tensor in load_file(whole["task"].checkpoint).items():
        assert torch.equal(tensor, weights[name]), name


def test_hints_change_the_result_and_pass_their_last_weights_on(tmp_path: Path) -> None:
    task = {"epochs": 1}
    alone = run(tmp_path / "alone", task=task)
    hinted = run(tmp_path / "hinted", hints={"epochs": 1, "stages": "all"}, task=task)
    one, other = load_file(alone["task"].checkpoint), load_file(hinted["task"].checkpoint)
    assert any(not torch.equal(tensor, other[name]) for name, tensor in one.items())
