import pytest

from edgec.errors import UsageError
from edgec.recipe import Recipe
from edgec.recipe.input_spec import input_spec


def recipe_of(**more: object) -> Recipe:
    return Recipe.model_validate({"model": "m", "size": (32, 32), **more})


def test_values_are_for_all_channels_or_for_each() -> None:
    spec = input_spec(recipe_of(mean=(0.5,), std=(0.1, 0.2, 0.3)), 3)
    assert (spec.colour, spec.mean, spec.std) == ("rgb", (0.5, 0.5, 0.5), (0.1, 0.2, 0.3))


def test_a_colour_or_values_for_other_channels_are_refused() -> None:
    with pytest.raises(UsageError, match="a grey image has 1"):
        input_spec(recipe_of(colour="grey"), 3)
    with pytest.raises(UsageError, match="mean has 2 values"):
        input_spec(recipe_of(mean=(0.5, 0.5)), 3)
