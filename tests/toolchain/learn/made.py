"""Small splits and tasks to train on: squares on noise, which a tiny network learns in seconds."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from tests.tiny import make

from edgec.data import Split, open_dataset
from edgec.learn.task import SegmentationTask
from edgec.recipe import Recipe, TrainRecipe

SIDE = 32


def squares(folder: Path, count: int, classes: int = 2) -> Path:
    """`count` images of squares as bright as their class, with their masks, in the layout of pairs."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    random = np.random.default_rng(count)
    for number in range(count):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        for place in range(classes - 1):
            left = 2 + place * (SIDE - 4) // (classes - 1)
            top, size = int(random.integers(2, 16)), int(random.integers(5, (SIDE - 4) // (classes - 1)))
            mask[top : top + size, left : left + size] = place + 1
        noise = random.integers(0, 40, mask.shape)
        image = np.clip(mask.astype(np.int64) * (200 // (classes - 1)) + noise, 0, 255).astype(np.uint8)
        for part, array in (("images", image), ("masks", mask)):
            cv2.imwrite(str(folder / part / f"{number:02}.png"), array)
    return folder


def split_of(folder: Path, train: int = 8, val: int = 3, classes: int = 2) -> Split:
    """The first `train` images to learn from, and `val` more to choose on."""
    data = open_dataset(str(squares(folder, train + val, classes)), classes=classes)
    return Split(data[:train], data[train:])


def recipe_of(**train: Any) -> Recipe:
    """Two short epochs on one thread, but for what is said."""
    settings = {"epochs": 2, "batch": 4, "crop": 16, "threads": 1, "lr": 0.02, "average": 0.5} | train
    return Recipe(model="tests/tiny.py:binary", size=(SIDE, SIDE), train=TrainRecipe(**settings))


def task_of(outputs: int = 1, **train: Any) -> SegmentationTask:
    """The tiny network, always from the same weights."""
    return SegmentationTask(make(1, outputs), recipe_of(**train))
