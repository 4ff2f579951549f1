import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from edgec.recipe import Recipe


def test_the_digest_depends_on_what_is_built_and_not_on_where() -> None:
    here = Recipe(model="/home/a/net.py:make", checkpoint=Path("/home/a/w.pt"))
    there = Recipe(model="/home/b/net.py:make", checkpoint=Path("/home/b/w.pt"))
    assert here.digest == there.digest
    assert here.digest != Recipe(model="/home/a/net.py:make", size=(64, 64)).digest


def test_the_record_is_plain_json_without_folders() -> None:
    record = Recipe(model="pkg.mod:make", calibration="/data/mine").record()
    assert record["model"] == "pkg.mod:make"
    assert record["calibration"] == "mine"
    assert record["mean"] == (0.0,)
    json.dumps(record)


def test_the_size_of_a_record_is_numbers() -> None:
    assert Recipe(model="unet").record()["size"] == (256, 256)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": (0, 5)},
        {"std": (0.0,)},
        {"threshold": 1.5},
        {"scale": float("nan")},
        {"version": "banana"},
        {"version": "1.0"},
        {"name": "../up"},
        {"unknown": 1},
        {"precisions": ("fp32", "mixed")},
        {"float_layers": ("conv2d",)},
    ],
)
def test_impossible_values_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Recipe.model_validate({"model": "unet", **wrong})
