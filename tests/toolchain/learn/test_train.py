import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from edgec.data import open_dataset
from edgec.errors import CheckpointError, DataError
from edgec.learn.augment import augment
from edgec.learn.losses import bce_dice
from edgec.learn.train import Training, TrainingRecipe
from edgec.zoo import create
from edgec.zoo.unet_light import unet_light

RECIPE = TrainingRecipe(epochs=3, batch=2, crop=32, validate_every=1)

SCRIPT = f"""
import sys
from pathlib import Path
import torch
from edgec.data import open_dataset
from edgec.learn.train import Training, TrainingRecipe
from edgec.zoo.unet_light import unet_light
torch.set_num_threads(1)
data = open_dataset("nuclei-calibration")
training = Training(unet_light, {RECIPE!r}, data[:3])
for epoch in training.run(data[3:4], Path(sys.argv[1])):
    print(epoch.number, flush=True)
"""


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], stdout=subprocess.PIPE, text=True)


def test_a_killed_run_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole, killed = start(tmp_path / "whole"), start(tmp_path / "killed")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "1\n"
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    again = start(tmp_path / "killed")
    numbers = again.communicate()[0].split()
    assert numbers[-1] == "3"
    assert "1" not in numbers
    assert whole.communicate()[0].split() == ["1", "2", "3"]
    assert whole.returncode == again.returncode == 0
    ends = [torch.load(tmp_path / run / "checkpoint.pt", weights_only=True) for run in ("whole", "killed")]
    for part in ("network", "average"):
        assert ends[0][part].keys() == ends[1][part].keys()
        for name, tensor in ends[0][part].items():
            assert torch.equal(tensor, ends[1][part][name]), name
    assert ends[0]["best"] == ends[1]["best"]
    files = [(tmp_path / run / "best.safetensors").read_bytes() for run in ("whole", "killed")]
    assert files[0] == files[1]
    create("unet_light").load_state_dict(load_file(tmp_path / "whole" / "best.safetensors"))


def test_another_recipe_does_not_go_on_in_the_same_folder(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    data = open_dataset("nuclei-calibration")[:1]
    recipe = TrainingRecipe(epochs=1, batch=1, crop=32)
    list(Training(unet_light, recipe, data).run(data, tmp_path))
    other = TrainingRecipe(epochs=2, batch=1, crop=32)
    with pytest.raises(CheckpointError, match="another recipe"):
        list(Training(unet_light, other, data).run(data, tmp_path))


def test_a_dataset_without_masks_is_refused() -> None:
    images = open_dataset("nuclei").entries[0].files[0].parent
    with pytest.raises(DataError, match="no mask to learn from"):
        Training(unet_light, RECIPE, open_dataset(str(images))[:1])


def test_image_and_mask_are_moved_the_same_way() -> None:
    random = np.random.default_rng(0)
    image = np.linspace(0.1, 0.4, 400, dtype=np.float32).reshape(20, 20)
    mask = (image > 0.25).astype(np.uint8)
    turned = 0
    for _ in range(20):
        piece, truth = augment(image, mask, 8, random)
        assert piece.shape == truth.shape == (8, 8)
        assert float(piece.max()) <= 1
        if truth.any() and not truth.all():
            assert piece[truth == 1].min() > piece[truth == 0].max()
            turned += not np.array_equal(np.sort(piece, axis=1), piece)
    assert turned > 0


def test_an_image_smaller_than_the_crop_is_refused() -> None:
    with pytest.raises(DataError, match="20x10 has no crop of 16x16"):
        augment(np.zeros((10, 20), np.float32), np.zeros((10, 20), np.uint8), 16, np.random.default_rng(0))


def test_the_loss_by_hand() -> None:
    truth = torch.tensor([1.0, 0.0]).reshape(1, 1, 1, 2)
    found = bce_dice(torch.tensor([0.5, 0.5]).reshape(1, 1, 1, 2), truth)
    assert float(found) == pytest.approx(np.log(2) + 1 - (2 * 0.5 + 1) / (2 + 1))
    assert float(bce_dice(truth, truth)) == pytest.approx(0)
