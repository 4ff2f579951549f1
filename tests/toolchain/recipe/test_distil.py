import pytest
from pydantic import ValidationError

from edgec.recipe import DistilRecipe


def test_phases_are_left_out_until_they_are_named() -> None:
    recipe = DistilRecipe(teacher="unet")
    assert recipe.transfer is recipe.hints is None
    assert (recipe.task.logits, recipe.task.attention, recipe.temperature) == (1, 0, 4)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("temperature", 0),
        ("hints", {"epochs": 0}),
        ("hints", {"stages": "sideways"}),
        ("task", {"logits": -1}),
        ("task", {"lr": 0}),
        ("transfer", {"epochs": 1, "warmth": 2}),
        ("transfer", {"start": "student"}),
    ],
)
def test_impossible_values_are_refused(key: str, value: object) -> None:
    with pytest.raises(ValidationError):
        DistilRecipe.model_validate({"teacher": "unet", key: value})
