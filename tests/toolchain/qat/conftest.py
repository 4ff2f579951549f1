"""The tiny U-Net, trained for some seconds on some real images, so that its masks are clear."""

import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest
from tests.tiny import TINY

from edgec.data import open_dataset
from edgec.recipe import DataRecipe, QatRecipe, Recipe, TrainRecipe
from edgec.training import train

MODEL = f"{TINY}:binary"
SIZE = 64


@pytest.fixture(scope="session")
def nuclei(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """32 images of nuclei, at a quarter of their size."""
    folder = tmp_path_factory.mktemp("data") / "cells"
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for number, sample in enumerate(open_dataset("nuclei#train")[:32]):
        assert sample.mask is not None
        small = cv2.resize(sample.image, (128, 128), interpolation=cv2.INTER_AREA)
        mask = cv2.resize(255 * sample.mask, (128, 128), interpolation=cv2.INTER_NEAREST)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), small)
        cv2.imwrite(str(folder / "masks" / f"{number}.png"), mask)
    return folder


@pytest.fixture(scope="session")
def base(nuclei: Path) -> Recipe:
    learning = TrainRecipe(epochs=20, batch=8, crop=SIZE, lr=1e-2, average=0.8, validate_every=10, threads=1)
    return Recipe(
        model=MODEL,
        size=(SIZE, SIZE),
        channels=1,
        activation="sigmoid",
        data=DataRecipe(path=nuclei),
        train=learning,
        name="tiny",
    )


@pytest.fixture(scope="session")
def checkpoint(base: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(base, resume=tmp_path_factory.mktemp("trained")).fitted.checkpoint


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The current folder, where runs/ will be."""
    before, folder = Path.cwd(), tmp_path_factory.mktemp("workplace")
    os.chdir(folder)
    yield folder
    os.chdir(before)


def tuned_for(base: Recipe, checkpoint: Path, **qat: object) -> Recipe:
    """The recipe that fine-tunes the checkpoint."""
    assert base.train is not None
    section = QatRecipe.model_validate({"epochs": 2, "lr": 1e-3, **qat})
    learning = base.train.model_copy(update={"qat": section, "validate_every": 1})
    return base.model_copy(update={"checkpoint": checkpoint, "train": learning})
