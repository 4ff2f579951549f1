"""From a recipe to a smaller network, trained again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tests.toolchain.learn.made import squares

from edgec.errors import CheckpointError, TrainingError, UsageError
from edgec.learn.prune.masks import read_masks
from edgec.recipe import Recipe
from edgec.recipe.file import read_recipe
from edgec.source import load_source, read_description
from edgec.training import apply_masks, prune, train

TRAIN = {
    "epochs": 2,
    "batch": 4,
    "crop": 16,
    "threads": 1,
    "lr": 0.02,
    "average": 0.5,
    "keep_epoch": 1,
    "validate_every": 2,
}
BASE = {"model": "unet_light", "options": {"widths": (8, 16)}, "size": (32, 32), "train": TRAIN}
FIRST, EARLY = Path("first/best.safetensors"), Path("first/epoch-1.safetensors")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with images and a run that was finished: nothing in it is changed by the tests."""
    folder = tmp_path_factory.mktemp("trained")
    squares(folder / "squares", 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        train(Recipe.model_validate({**BASE, "data": {"path": "squares"}}), resume=Path("first"))
    return folder


@pytest.fixture(autouse=True)
def _here(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("squares", "first"):
        Path(name).symlink_to(trained / name)


def recipe(**section: Any) -> Recipe:
    section = {"epochs": 1, "multiple": 1, "ratios": {"default": 0.5}, **section}
    return Recipe.model_validate({**BASE, "data": {"path": "squares"}, "checkpoint": FIRST, "prune": section})


def test_a_run() -> None:
    result = prune(recipe())
    (stage,) = result.stages
    folder = result.trained.fitted.folder
    assert folder.parts[:2] == ("runs", "unet_light")
    assert stage.size.parameters < 0.4 * result.size.parameters
    assert stage.size.macs < 0.5 * result.size.macs
    said = read_description(result.trained.fitted.checkpoint)
    assert said is not None
    assert said.pruned is not None
    masks = read_masks(stage.masks)
    assert [step.masks_sha256 for step in said.pruned.steps] == [masks.sha256]
    source = load_source("unet_light", FIRST, options=BASE["options"])  # type: ignore[arg-type]
    assert masks.source_sha256 == source.checkpoint_sha256
    assert said.metrics["dice"] == result.trained.fitted.best.dice
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["source_sha256"] == source.checkpoint_sha256
    build = read_recipe(result.build)
    assert (build.checkpoint, build.prune, build.train) == (result.trained.fitted.checkpoint, None, None)


def test_a_pruned_checkpoint_is_a_network_from_the_file_alone() -> None:
    result = prune(recipe())
    best = result.trained.fitted.checkpoint
    found = load_source("unet_light", best, options=BASE["options"])  # type: ignore[arg-type]
    assert found.module is not None
    assert found.parameters == result.stages[0].size.parameters
    image = torch.rand(1, 1, 32, 32)
    network = result.trained.task.network.eval()
    assert torch.equal(found.module(image), network(image))
    more = {**BASE, "train": {**TRAIN, "epochs": 1, "keep_epoch": None, "start": best}}
    again = train(Recipe.model_validate({**more, "data": {"path": "squares"}}), resume=Path("again"))
    said = read_description(again.fitted.checkpoint)
    assert said is not None
    assert said.pruned is not None


def test_masks_make_the_same_weights_anywhere(tmp_path: Path) -> None:
    result = prune(recipe(method="taylor", granularity="global"))
    stage = result.stages[0]
    applied = apply_masks(stage.masks, FIRST, None, tmp_path / "applied.safetensors")
    assert applied.after.parameters == stage.size.parameters
    ours, theirs = load_file(applied.checkpoint), load_file(stage.checkpoint)
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        assert tensor.numpy().tobytes() == theirs[name].numpy().tobytes(), name
    with pytest.raises(CheckpointError, match="the masks are for another checkpoint"):
        apply_masks(stage.masks, EARLY, None, tmp_path / "other.safetensors")


def test_unstructured_weights_are_zero_and_compress(tmp_path: Path) -> None:
    section = {"granularity": "unstructured", "epochs": 0, "recalibrate": 0, "ratios": {"default": 0.8}}
    result = prune(recipe(**section))
    (stage,) = result.stages
    assert stage.size.parameters == result.size.parameters
    assert stage.size.deflated < 0.5 * result.size.deflated
    weights = [w for name, w in load_file(stage.checkpoint).items() if w.ndim == 4]
    zeros = sum(int((w == 0).sum()) for w in weights) / sum(w.numel() for w in weights)
    assert zeros == pytest.approx(0.8, abs=0.01)
    applied = apply_masks(stage.masks, FIRST, None, tmp_path / "applied.safetensors")
    ours, theirs = load_file(applied.checkpoint), load_file(stage.checkpoint)
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_rewinding_begins_with_the_weights_of_the_early_epoch() -> None:
    rewound = prune(recipe(reinit="rewind", early=EARLY, epochs=0, recalibrate=0))
    masks = rewound.stages[0].masks
    kept = read_masks(masks).layers["encoder.1.0.1"].outputs
    assert kept is not None
    weight = load_file(rewound.trained.fitted.checkpoint)["encoder.1.0.1.weight"]
    inputs = read_masks(masks).layers["encoder.1.0.1"].inputs
    early = load_file(EARLY)["encoder.1.0.1.weight"][list(kept)][:, list(inputs or ())]
    assert torch.equal(weight, early)
    assert not torch.equal(weight, load_file(rewound.stages[0].checkpoint)["encoder.1.0.1.weight"])


def test_new_weights_are_seeded() -> None:
    once, again = (prune(recipe(reinit="random", epochs=0), resume=Path(name)) for name in ("a", "b"))
    first, second = (load_file(result.trained.fitted.checkpoint) for result in (once, again))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not torch.equal(first["head.weight"], load_file(once.stages[0].checkpoint)["head.weight"])


def test_rewinding_needs_the_same_training() -> None:
    other = {**BASE, "train": {**TRAIN, "seed": 1}, "data": {"path": "squares"}}
    train(Recipe.model_validate(other), resume=Path("other"))
    with pytest.raises(CheckpointError, match="is of another training than"):
        prune(recipe(reinit="rewind", early=Path("other/epoch-1.safetensors")))


def _unrecalibrated(name: str) -> Path:
    return prune(recipe(epochs=0, recalibrate=0), resume=Path(name)).trained.fitted.checkpoint


def test_recalibration_changes_statistics_and_nothing_else() -> None:
    plain = load_file(_unrecalibrated("plain"))
    anew = load_file(prune(recipe(epochs=0, recalibrate=5), resume=Path("anew")).trained.fitted.checkpoint)
    changed = {name.rpartition(".")[2] for name, w in plain.items() if not torch.equal(w, anew[name])}
    assert changed == {"running_mean", "running_var", "num_batches_tracked"}


def test_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    result = prune(recipe(steps=2), resume=Path("run"))
    first, last = result.stages
    assert first.fitted.folder == Path("run/step-1")
    assert result.size.parameters > first.size.parameters > last.size.parameters
    said = read_description(result.trained.fitted.checkpoint)
    assert said is not None
    assert said.pruned is not None
    assert len(said.pruned.steps) == 2
    assert read_masks(last.masks).source_sha256 == said.pruned.steps[1].source_sha256


@pytest.mark.parametrize("at", [1, 3])
def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(
    at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the first epoch of each of two steps."""
    section = {"steps": 2, "epochs": 2, "reinit": "rewind", "early": EARLY}
    whole = prune(recipe(**section), resume=Path("whole")).trained.fitted.checkpoint
    with monkeypatch.context() as patch:
        patch.setattr("edgec.learn.judging.Judging.on_train_epoch_end", _killing(at))
        with pytest.raises(KeyboardInterrupt):
            prune(recipe(**section), resume=Path("killed"))
    again = prune(recipe(**section), resume=Path("killed")).trained.fitted.checkpoint
    ours, theirs = load_file(whole), load_file(again)
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def _killing(at: int) -> Callable[..., None]:
    left = [at]

    def hook(*_: Any) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    return hook


def test_a_finished_run_is_not_taken_up() -> None:
    prune(recipe(epochs=0), resume=Path("run"))
    with pytest.raises(TrainingError, match="is finished"):
        prune(recipe(epochs=0), resume=Path("run"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"prune": None}, "does not say what to prune"),
        ({"checkpoint": None}, "has no weights, and of random ones none is worth keeping"),
        ({"prune": {"ratios": {"encoders.1": 0.1}}}, r"no block 'encoders\.1' to prune"),
    ],
)
def test_what_is_refused(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        prune(Recipe.model_validate({**recipe().model_dump(), **fields}))
