from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.toolchain.learn.made import SIDE, recipe_of, split_of

from edgec.data import Sample
from edgec.errors import DataError, UsageError
from edgec.learn.batches import Order, Pieces, endless_batches, one_by_one, scaled, training_batches
from edgec.recipe import Recipe, TrainRecipe
from edgec.recipe.input_spec import input_spec
from edgec_runtime.image import prepare


def learning(**train: object) -> TrainRecipe:
    found = recipe_of(**train).train
    assert found is not None
    return found


def test_an_epoch_takes_every_sample_once_in_an_order_of_its_own() -> None:
    order = Order(10, learning())
    epochs = []
    for epoch in range(3):
        order.set_epoch(epoch)
        batches = list(order)
        assert [len(batch) for batch in batches] == [4, 4, 2]
        assert len(order) == 3
        assert {place[0] for batch in batches for place in batch} == {epoch}
        epochs.append([index for batch in batches for _, index in batch])
        assert sorted(epochs[-1]) == list(range(10))
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize("count", [9, 10, 11, 12])
def test_processes_share_each_batch_evenly(count: int) -> None:
    parts = [list(Order(count, learning(), rank, 2)) for rank in range(2)]
    assert [len(batch) for batch in parts[0]] == [len(batch) for batch in parts[1]]
    seen = [index for part in parts for batch in part for _, index in batch]
    assert set(seen) == set(range(count))
    assert len(seen) == count + count % 2
    assert len(parts[0]) == len(Order(count, learning()))


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    with pytest.raises(UsageError, match="a batch of 4 is not shared evenly by 3 processes"):
        Order(10, learning(), 0, 3)


def test_a_piece_depends_on_seed_epoch_and_place_alone(tmp_path: Path) -> None:
    samples, spec = split_of(tmp_path).train, input_spec(recipe_of(), 1)
    pieces = Pieces(samples, learning(), spec)
    first = pieces[0, 3]
    again, cold = pieces[0, 3], Pieces(samples, learning(), spec)[0, 3]
    for other in (again, cold):
        assert torch.equal(first["image"], other["image"])
        assert torch.equal(first["mask"], other["mask"])
    for other in (pieces[1, 3], pieces[0, 2], Pieces(samples, learning(seed=1), spec)[0, 3]):
        assert not torch.equal(first["image"], other["image"])


def test_batches_are_what_the_network_takes(tmp_path: Path) -> None:
    recipe = recipe_of().model_copy(update={"mean": (0.4,), "std": (0.2,)})
    batch = next(iter(training_batches(split_of(tmp_path).train, learning(), input_spec(recipe, 1))))
    assert batch["image"].shape == (4, 1, 16, 16)
    assert batch["image"].dtype == torch.float32
    assert float(batch["image"].min()) < -1
    assert batch["mask"].shape == (4, 16, 16)
    assert batch["mask"].dtype == torch.int64
    endless = list(
        islice(endless_batches(split_of(tmp_path / "b").train, learning(), input_spec(recipe, 1)), 5)
    )
    assert len(endless) == 5


@pytest.mark.parametrize(("channels", "colour"), [(1, "grey"), (3, "rgb"), (3, "bgr")])
def test_a_whole_piece_is_what_a_session_makes_of_the_image(channels: int, colour: str) -> None:
    recipe = Recipe(model="m", size=(24, 24), colour=colour, mean=(0.3,), std=(0.5,), scale=1 / 200)
    spec = input_spec(recipe, channels)
    image = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    sample = Sample("a", image, np.zeros((40, 30), np.uint8))
    piece = Pieces([sample], TrainRecipe(crop=24, augment=()), spec)[0, 0]
    np.testing.assert_allclose(piece["image"].numpy(), prepare(image, spec)[0], atol=1e-5)


def test_a_mask_is_scaled_without_new_classes() -> None:
    mask = np.zeros((40, 40), np.uint8)
    mask[:20], mask[20:, 20:] = 7, 255
    sample = Sample("a", np.zeros((40, 40), np.uint8), mask)
    _, small = scaled(sample, input_spec(Recipe(model="m", size=(16, 16)), 1))
    assert set(np.unique(small).tolist()) == {0, 7, 255}


def test_what_cannot_be_learned_from_is_refused() -> None:
    spec = input_spec(recipe_of(), 1)
    with pytest.raises(DataError, match="bare: has no mask to learn from"):
        scaled(Sample("bare", np.zeros((SIDE, SIDE), np.uint8), None), spec)
    with pytest.raises(DataError, match="no image to learn from"):
        training_batches([], learning(), spec)


def test_validation_takes_each_whole_image_in_one_process(tmp_path: Path) -> None:
    samples = split_of(tmp_path).train
    parts = [[sample.name for sample in one_by_one(samples, rank, 3)] for rank in range(3)]
    assert sorted(name for part in parts for name in part) == [sample.name for sample in samples]
    assert parts[1] == [samples[1].name, samples[4].name, samples[7].name]
