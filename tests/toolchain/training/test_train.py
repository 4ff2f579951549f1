from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tests.tiny import TINY
from tests.toolchain.learn.made import squares

from edgec.errors import CheckpointError, ModelSourceError, UsageError
from edgec.progress import Progress
from edgec.recipe import DataRecipe, Recipe, TrainRecipe
from edgec.source import make_network, read_description
from edgec.training import train
from edgec.training.resolve import resolved


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    squares(tmp_path / "squares", 10)


def recipe_of(model: str = "unet_light", **train_keys: object) -> Recipe:
    options = {} if ":" in model else {"widths": (4, 8), "bottleneck": 8}
    settings = {"epochs": 1, "batch": 4, "crop": 16, "threads": 1, **train_keys}
    return Recipe(
        model=model,
        options=options,
        size=(32, 32),
        data=DataRecipe(path=Path("squares")),
        train=TrainRecipe.model_validate(settings),
    )


class Told(Progress):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, message: str) -> None:
        self.lines.append(message)


def test_what_the_recipe_leaves_open_comes_from_the_data(tmp_path: Path) -> None:
    found, split = resolved(Recipe(model="unet_light", data=DataRecipe(path=Path("squares"))))
    assert found.options == {"in_channels": 1, "out_channels": 1}
    assert found.classes == split.train.class_names == ("background", "foreground")
    assert found.train == TrainRecipe()
    squares(tmp_path / "three", 10, classes=3)
    data = DataRecipe(path=Path("three"), classes=("nothing", "left", "right"))
    found, _ = resolved(Recipe(model="unet_light", colour="rgb", data=data, options={"widths": (4, 8)}))
    assert found.options == {"in_channels": 3, "out_channels": 3, "widths": (4, 8)}
    assert found.classes == ("nothing", "left", "right")
    with pytest.raises(UsageError, match="nothing to learn from: give --data"):
        resolved(Recipe(model="unet_light"))


def test_the_recipe_names_the_classes_of_the_checkpoint() -> None:
    named = recipe_of().model_copy(update={"classes": ("glass", "cell")})
    found = read_description(train(named).fitted.checkpoint)
    assert found is not None
    assert found.classes == ("glass", "cell")
    with pytest.raises(UsageError, match=r"3 classes \(a, b, c\), the data has 2 \(background, foreground\)"):
        resolved(named.model_copy(update={"classes": ("a", "b", "c")}))


def test_the_result_has_the_best_weights() -> None:
    result = train(recipe_of(epochs=3))
    kept = load_file(result.fitted.checkpoint)
    for name, tensor in result.task.network.state_dict().items():
        assert torch.equal(tensor, kept[name])
    assert result.fitted.folder.parent == Path("runs/unet_light")


def test_the_seed_decides_the_first_weights_and_the_shipped_ones_are_not_taken() -> None:
    one, same, other = (make_network("unet_light", {}, seed).head.weight for seed in (3, 3, 4))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_it_starts_from_the_weights_that_fit() -> None:
    wide = make_network("unet_light", {"widths": (4, 8), "bottleneck": 8, "out_channels": 2}, 9)
    save_file(wide.state_dict(), "start.safetensors")
    told = Told()
    still = {"lr": 1e-12, "decay": 0, "average": 0, "start": Path("start.safetensors")}
    result = train(recipe_of(**still), progress=told)
    names = result.task.network.state_dict()
    assert f"{len(names) - 2} of {len(names)} weights were taken from start.safetensors" in told.lines
    torch.testing.assert_close(names["bottleneck.0.1.weight"], wide.state_dict()["bottleneck.0.1.weight"])
    save_file({"other": torch.zeros(1)}, "other.safetensors")
    with pytest.raises(CheckpointError, match="no weight has a name and shape of the network's"):
        train(recipe_of(start=Path("other.safetensors")))


def test_a_network_of_a_users_own_is_trained_through_its_output() -> None:
    result = train(recipe_of(f"{TINY}:binary", epochs=6, lr=0.02, average=0.5, augment=("flip",)))
    assert result.fitted.best.dice > 0.5
    assert result.fitted.folder.parent == Path("runs/binary")


def test_what_cannot_be_trained_is_refused() -> None:
    with pytest.raises(
        ModelSourceError, match="cannot be trained: name the network that it was exported from"
    ):
        train(recipe_of("net.onnx").model_copy(update={"options": {}}))
