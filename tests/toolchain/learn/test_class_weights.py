import numpy as np
import pytest

from edgec.data import IGNORE, Sample
from edgec.errors import UsageError
from edgec.learn.class_weights import class_weights
from edgec.recipe import TrainRecipe


def samples(*masks: list[int]) -> list[Sample]:
    return [Sample("a", np.zeros((1, len(mask)), np.uint8), np.array([mask], np.uint8)) for mask in masks]


def test_balanced_weights_make_every_class_count_alike() -> None:
    found = class_weights(TrainRecipe(class_weights="balanced"), samples([0, 0, 0, 1], [0, 0, 3, IGNORE]), 4)
    assert found is not None
    counts = np.array([5, 1, 0, 1])
    np.testing.assert_allclose(found.numpy() * counts, [7 / 4, 7 / 4, 0, 7 / 4])


def test_weights_of_the_recipe_are_for_all_classes() -> None:
    found = class_weights(TrainRecipe(class_weights=(1.0, 4.0)), [], 2)
    assert found is not None
    assert found.tolist() == [1, 4]
    assert class_weights(TrainRecipe(), [], 2) is None
    with pytest.raises(UsageError, match="2 weights, the data 3 classes"):
        class_weights(TrainRecipe(class_weights=(1.0, 4.0)), [], 3)
