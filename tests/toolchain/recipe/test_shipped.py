from pathlib import Path

import pytest

from edgec.errors import UsageError
from edgec.recipe.file import read_recipe
from edgec.recipe.shipped import find_recipe, shipped_recipes

NAMES = [
    "cardiac-unet-light",
    "nuclei-blu-net",
    "nuclei-blu-net-fast",
    "nuclei-unet",
    "nuclei-unet-bn",
    "nuclei-unet-light",
    "nuclei-unet-light-pruned",
    "pets-unet-light",
    "vessels-unet-light",
]


def test_all_are_known_by_name() -> None:
    assert list(shipped_recipes()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_recipe_that_trains(name: str) -> None:
    recipe = read_recipe(find_recipe(name))
    assert recipe.name == name
    assert recipe.data is not None
    assert recipe.train is not None
    outputs = recipe.options["out_channels"]
    if recipe.data.classes is not None:
        assert outputs == len(recipe.data.classes)
    assert recipe.size is not None
    assert recipe.train.crop <= min(recipe.size)
    assert recipe.train.crop % 16 == 0


def test_a_file_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = shipped_recipes()["nuclei-unet-light"]
    assert find_recipe("recipes/nuclei-unet-light.yaml") == find_recipe("nuclei-unet-light") == shipped
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "nuclei-unet-light.yaml").touch()
    assert find_recipe("recipes/nuclei-unet-light.yaml") == Path("recipes/nuclei-unet-light.yaml")


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("nuclei-unet-lihgt", "is not a recipe: did you mean 'nuclei-unet-light'"),
        ("mine.yaml", r"there is no file mine.yaml, and no recipe of edgec is 'mine.yaml'"),
        ("recipes/other.yaml", r"no recipe of edgec is 'other': cardiac"),
    ],
)
def test_a_word_that_leads_nowhere_is_refused(word: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        find_recipe(word)
