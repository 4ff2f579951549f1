import json
from pathlib import Path

import cv2
import onnx
import onnx.parser
import pytest
import torch
from safetensors.torch import load_file, save_file

from edgec import zoo
from edgec.data import open_dataset
from edgec.errors import CheckpointError, TrainingError, UsageError
from edgec.learn.fit import RECIPE
from edgec.recipe import Recipe
from edgec.recipe.file import read_recipe
from edgec.source import read_description
from edgec.training import distil, train

STUDENT = {"model": "unet_light", "options": {"widths": (4, 8)}, "size": (64, 64)}
TRAIN = {"epochs": 1, "batch": 2, "crop": 32, "threads": 1}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four images of nuclei; the current folder is theirs."""
    for kind in ("images", "masks"):
        (tmp_path / "few" / kind).mkdir(parents=True)
    for sample in open_dataset("nuclei#train")[:4]:
        assert sample.mask is not None
        cv2.imwrite(str(tmp_path / "few/images" / f"{sample.name}.png"), sample.image)
        cv2.imwrite(str(tmp_path / "few/masks" / f"{sample.name}.png"), sample.mask)
    monkeypatch.chdir(tmp_path)
    return Path("few")


def recipe(data: Path, distilled: dict[str, object] | None, **fields: object) -> Recipe:
    given = {**STUDENT, "data": {"path": data}, "train": TRAIN, "distil": distilled, **fields}
    return Recipe.model_validate(given)


def test_a_checkpoint_of_edgec_teaches_and_the_student_says_what_it_is(data: Path) -> None:
    wide = train(recipe(data, None, options={"widths": (8, 16)}), resume=Path("teacher")).fitted.checkpoint
    before = wide.read_bytes()
    phases = {"teacher": str(wide), "hints": {"epochs": 1}, "task": {"attention": 1.0}}
    result = distil(recipe(data, phases))
    assert list(result.stages) == ["hints-encoder", "hints-decoder", "task"]
    fitted = result.student.fitted
    assert fitted.folder.parts[:2] == ("runs", "unet_light")
    described = read_description(fitted.checkpoint)
    assert described is not None
    assert described.options["widths"] == (4, 8)
    assert described.metrics["dice"] == fitted.best.dice
    assert wide.read_bytes() == before
    kept = load_file(fitted.checkpoint)
    assert all(torch.equal(kept[n], t) for n, t in result.student.task.network.state_dict().items())


def test_the_recipe_of_a_run_makes_the_same_student_again(data: Path) -> None:
    given = {"teacher": "unet_light", "hints": {"epochs": 1, "lr": 0.01}, "task": {"lr": 0.002}}
    first = distil(recipe(data, given)).student.fitted
    again = distil(read_recipe(first.folder / RECIPE), resume=Path("again")).student.fitted
    for name, tensor in load_file(first.checkpoint).items():
        assert torch.equal(tensor, load_file(again.checkpoint)[name]), name


def test_a_run_begins_before_its_task_and_is_finished_with_it(data: Path) -> None:
    given = recipe(data, {"teacher": "unet_light"})
    folder = distil(given).student.fitted.folder
    assert json.loads((folder / "metrics.json").read_text())["finished"]
    with pytest.raises(TrainingError, match="is finished"):
        distil(given, resume=folder)


@pytest.mark.parametrize(
    ("distilled", "told"),
    [
        (None, "there is no teacher: give --teacher MODEL"),
        ({"teacher": "unet"}, "the teacher unet has no weights, and a random network teaches nothing"),
        ({"teacher": "few.safetensors", "checkpoint": "b.pt"}, "is a checkpoint itself: leave b.pt out"),
    ],
)
def test_what_cannot_teach_is_refused(data: Path, distilled: dict[str, object] | None, told: str) -> None:
    with pytest.raises(Exception, match=told) as caught:
        distil(recipe(data, distilled))
    assert getattr(caught.value, "exit_code", None) == 2
    assert not Path("runs").exists()


def test_a_checkpoint_that_says_nothing_needs_its_network(data: Path) -> None:
    network = zoo.create("unet_light", widths=(8, 16))
    save_file(network.state_dict(), "plain.safetensors")
    with pytest.raises(CheckpointError, match="does not say which network it is of"):
        distil(recipe(data, {"teacher": "plain.safetensors"}))
    with pytest.raises(CheckpointError, match="does not fit the network"):
        distil(recipe(data, {"teacher": "unet_light", "checkpoint": "plain.safetensors"}))
    named = {"teacher": "unet_light", "checkpoint": "plain.safetensors", "options": {"widths": (8, 16)}}
    assert distil(recipe(data, named)).student.fitted.checkpoint.is_file()


def test_a_teacher_of_other_classes_is_refused(data: Path) -> None:
    three = zoo.create("unet_light", widths=(8, 16), out_channels=3)
    save_file(three.state_dict(), "three.safetensors")
    options = {"widths": (8, 16), "out_channels": 3}
    given = {"teacher": "unet_light", "checkpoint": "three.safetensors", "options": options}
    with pytest.raises(UsageError, match="the teacher's output has 3 channels, the student's 1 channel"):
        distil(recipe(data, given))


def test_a_teacher_that_was_given_other_images_is_refused(data: Path) -> None:
    other = train(recipe(data, None, mean=(0.5,)), resume=Path("teacher")).fitted.checkpoint
    with pytest.raises(UsageError, match=r"learned from images of mean 0\.5, the student is given 0\.0"):
        distil(recipe(data, {"teacher": str(other)}))


def test_an_onnx_file_is_no_teacher(data: Path) -> None:
    header, shape = '<ir_version: 8, opset_import: ["" : 17]>', "float[1,1,8,8]"
    text = f"{header} g ({shape} x) => ({shape} y) {{ y = Sigmoid(x) }}"
    onnx.save_model(onnx.parser.parse_model(text), "net.onnx")
    with pytest.raises(UsageError, match=r"net\.onnx is an ONNX file, whose features cannot be told"):
        distil(recipe(data, {"teacher": "net.onnx"}))
