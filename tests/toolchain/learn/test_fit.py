import csv
import json
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file
from tests.tiny import make
from tests.toolchain.learn.made import SIDE, recipe_of, split_of, task_of
from torch import Tensor

from edgec.data import Split
from edgec.errors import OutputError, TrainingError, UsageError
from edgec.evaluation import score_masks
from edgec.learn.batches import Batch
from edgec.learn.fit import fit
from edgec.learn.predict import segmenter
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import BF16
from edgec.recipe import Recipe
from edgec.recipe.file import read_recipe
from edgec.source import read_description
from edgec_runtime.machine import has_any


@pytest.fixture(scope="module")
def split(tmp_path_factory: pytest.TempPathFactory) -> Split:
    return split_of(tmp_path_factory.mktemp("data") / "squares")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def test_a_network_learns_and_its_best_weights_are_kept(split: Split, folder: Path) -> None:
    result = fit(task_of(epochs=12, augment=("flip",)), split, folder)
    assert result.best.dice > 0.9
    assert result.best.dice == max(row["dice"] for row in result.epochs)
    assert result.epochs[-1]["loss"] < result.epochs[0]["loss"] * 0.7
    network = make()
    network.load_state_dict(load_file(result.checkpoint))
    assert score_masks(segmenter(network.eval(), recipe_of(), 1), split.val) == result.best


def test_several_classes_learn_too(folder: Path, tmp_path: Path) -> None:
    split = split_of(tmp_path / "three", classes=3)
    result = fit(task_of(3, epochs=25, augment=("flip",)), split, folder)
    assert result.best.dice > 0.8
    with pytest.raises(UsageError, match="the network knows 2 classes, the data has 3"):
        fit(task_of(1), split, folder)


def test_the_folder_tells_what_was_done(split: Split, folder: Path) -> None:
    result = fit(task_of(epochs=3, validate_every=2), split, folder)
    document = json.loads((folder / "metrics.json").read_text())
    assert document["finished"] is True
    assert document["best"] == {"epoch": result.best_epoch, **result.best.as_dict()}
    assert document["epochs"] == list(result.epochs)
    assert ["dice" in row for row in result.epochs] == [False, True, True], "the last is always validated"
    rows = list(csv.DictReader((folder / "metrics.csv").open()))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert (rows[0]["dice"], float(rows[2]["dice"])) == ("", result.epochs[2]["dice"])
    assert read_recipe(folder / "recipe.yaml") == recipe_of(epochs=3, validate_every=2)
    assert yaml.safe_load((folder / "recipe.yaml").read_text())["train"]["lr"] == 0.02


def test_the_checkpoint_describes_itself(split: Split, folder: Path) -> None:
    result = fit(task_of(), split, folder)
    found = read_description(result.checkpoint)
    assert found is not None
    assert found.model == "tests/tiny.py:binary"
    assert found.input.size == (SIDE, SIDE)
    assert (found.input.channels, found.input.colour) == (1, "grey")
    assert found.classes == split.train.class_names
    assert found.data_sha256 == split.digest
    assert found.metrics == result.best.as_dict()


def test_the_epoch_that_the_recipe_names_is_kept(split: Split, folder: Path, tmp_path: Path) -> None:
    fit(task_of(epochs=3, keep_epoch=2, schedule="constant"), split, folder)
    (tmp_path / "short").mkdir()
    short = task_of(epochs=2, schedule="constant")
    fit(short, split, tmp_path / "short")
    kept, averaged = load_file(folder / "epoch-2.safetensors"), short.network.state_dict()
    assert all(torch.equal(kept[name], averaged[name]) for name in averaged)
    assert not (folder / "epoch-1.safetensors").exists()


def test_it_ends_when_nothing_is_gained(split: Split, folder: Path) -> None:
    task = task_of(epochs=20, patience=2, lr=1e-12, average=0.0)
    result = fit(task, split, folder)
    assert len(result.epochs) == result.best_epoch + 2
    again = fit(task_of(epochs=20, patience=2, lr=1e-12, average=0.0), split, folder)
    assert again.epochs == result.epochs, "one that was killed before it said so does not go on"


def test_a_plateau_lowers_the_rate(split: Split, folder: Path) -> None:
    task = task_of(epochs=5, schedule="plateau", drop_every=1, drop=0.5, lr=1e-6)
    rates = [row["lr"] for row in fit(task, split, folder).epochs]
    assert rates[0] == 1e-6
    assert rates[-1] < 1e-6


def test_the_average_is_what_is_kept(split: Split, folder: Path, tmp_path: Path) -> None:
    """By hand: after one step the average is the weights; after the second, share and rest of both."""
    states = list[dict[str, Tensor]]()

    class Watched(SegmentationTask):
        def on_train_batch_end(self, *_: object) -> None:
            states.append({name: tensor.clone() for name, tensor in self.network.state_dict().items()})

    fit(Watched(make(), recipe_of(epochs=1, average=0.1)), split, folder)
    kept = load_file(folder / "best.safetensors")
    for name, tensor in kept.items():
        expected = 0.1 * states[0][name] + 0.9 * states[1][name]
        torch.testing.assert_close(tensor, expected.to(tensor.dtype), msg=name)


IN_BF16 = pytest.param(
    {"bf16": True}, marks=pytest.mark.skipif(not has_any(BF16), reason="this processor has no bfloat16")
)


@pytest.mark.parametrize("settings", [IN_BF16, {"clip": 0.1}, {"loss": "focal"}, {"optimizer": "lion"}])
def test_what_a_recipe_may_ask_for_changes_the_weights(split: Split, tmp_path: Path, settings: dict) -> None:
    plain, other = task_of(epochs=1), task_of(epochs=1, **settings)
    for name, task in (("plain", plain), ("other", other)):
        (tmp_path / name).mkdir()
        fit(task, split, tmp_path / name)
    one, two = plain.network.state_dict(), other.network.state_dict()
    assert all(tensor.dtype == one[name].dtype for name, tensor in two.items())
    assert any(not torch.equal(one[name], two[name]) for name in one)


class Diverging(SegmentationTask):
    """The loss is no number from the second epoch on."""

    def loss(self, batch: Batch) -> Tensor:
        return super().loss(batch) * (float("nan") if self.current_epoch else 1)


def test_a_loss_that_is_no_number_ends_it_and_leaves_what_was_good(split: Split, folder: Path) -> None:
    task = Diverging(make(), recipe_of(epochs=3))
    with pytest.raises(TrainingError, match=r"not finite in epoch 2: .*smaller train.lr or a train.clip"):
        fit(task, split, folder)
    assert all(
        torch.isfinite(tensor.float()).all() for tensor in load_file(folder / "best.safetensors").values()
    )
    assert [row["epoch"] for row in json.loads((folder / "metrics.json").read_text())["epochs"]] == [1]


def test_a_full_disk_leaves_whole_files(split: Split, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit(task_of(epochs=1), split, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("edgec_runtime.wholefile.os.fsync", full)
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        fit(task_of(epochs=2), split, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_crop_that_the_network_does_not_divide_is_refused(split: Split, folder: Path) -> None:
    from edgec.zoo import create

    network = create("unet_light", widths=(4, 8), bottleneck=8)
    task = SegmentationTask(network, recipe_of(crop=18))
    with pytest.raises(UsageError, match=r"16x16 of a piece of 18x18: choose a train.crop"):
        fit(task, split, folder)


def test_torch_is_left_as_it_was(split: Split, folder: Path) -> None:
    task = task_of()
    before = torch.get_rng_state(), torch.get_num_threads()
    fit(task, split, folder)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.get_num_threads() == before[1]
    assert not torch.are_deterministic_algorithms_enabled()


def test_weights_for_another_number_of_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="3 class weights and 2 classes"):
        SegmentationTask(make(), recipe_of(), torch.ones(3))
    with pytest.raises(UsageError, match="takes 1 channels, a rgb image has 3"):
        SegmentationTask(make(), Recipe(model="m", colour="rgb"))
