from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from edgec.errors import UsageError
from edgec.recipe import DataRecipe, Recipe, TrainRecipe
from edgec.recipe.file import LARGEST, read_recipe

FULL = Recipe(
    model="net.py:make",
    checkpoint=Path("w.pt"),
    precisions=("fp32", "mixed"),
    targets=("tflite",),
    size=(64, 96),
    mean=(0.5, 0.25),
    scale=1e-05,
    classes=("background", "a cell"),
    evaluation="data",
    float_layers=("a", "b.0"),
    options={"widths": (8, 16), "norm": None, "up": "bilinear", "wide": True, "drop": 0.5},
    data=DataRecipe(path=Path("photos"), val=0.25),
    train=TrainRecipe(lr=1e-5, epochs=3),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recipe.yaml"


def written(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("recipe", [FULL, Recipe(model="unet_light"), Recipe(model="net.onnx", size=None)])
def test_what_is_dumped_is_read(path: Path, recipe: Recipe) -> None:
    assert read_recipe(written(path, yaml.safe_dump(recipe.model_dump(mode="json")))) == recipe


def test_what_is_set_replaces_what_is_written(path: Path) -> None:
    written(path, "model: unet_light\nversion: 1.2.0\nsize: [32, 48]\n")
    found = read_recipe(path, ["version=2.0.0", "size=[64, 64]", "targets=[cpu]", "size=null", "name=a"])
    assert (found.version, found.size, found.targets, found.name) == ("2.0.0", None, ("cpu",), "a")


def test_a_key_of_a_section_is_set_alone(path: Path) -> None:
    written(path, "model: unet_light\ntrain:\n  lr: 2e-3\n  epochs: 7\n")
    sets = ["train.lr=1e-3", "data.path=photos", "data.val=.5", "options.widths=[8, 16]", "train.batch=2"]
    found = read_recipe(path, sets)
    assert found.train == TrainRecipe(lr=1e-3, epochs=7, batch=2)
    assert found.data == DataRecipe(path=Path("photos"), val=0.5)
    assert found.options == {"widths": (8, 16)}
    assert read_recipe(path, ["train={epochs: 9}"]).train == TrainRecipe(epochs=9)
    assert read_recipe(path, ["train=null"]).train is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("model: unet_light\nthreshold: 2\n", ":2: threshold: Input should be less than 1"),
        ("model: unet_light\n\nversion: 1.0\n", ":3: version: Input should be a valid string"),
        ("model: unet_light\nchannels: '3'\n", ":2: channels: Input should be a valid integer"),
        ("model: unet_light\nscale: yes\n", ":2: scale: Input should be a valid number"),
        ("model: unet_light\nmean: [.nan]\n", ":2: mean: "),
        ("model: unet_light\nname: 2026-01-01\n", ":2: .*quote it"),
        ("model: unet_light\nname: 0x_\n", ":2: invalid literal"),
        ("model: unet_light\nchannels: 0x" + "f" * 9000, ":2: a number of more than 63 bits"),
        ("model: unet_light\ntarget: cpu\n", ":2: 'target' is not a key of a recipe: did you mean 'targets'"),
        ("model: unet_light\nmodel: unet\n", ":2: model was given before, at .*:1"),
        ("model: unet_light\nsize: [1, 2\n", ":3: "),
        ("targets: [cpu]\n", "recipe.yaml: model: Field required"),
        ("model: {a: b}\n", ":1: .*no value of a recipe"),
        ("model: m\nmean: [{a: 1}]\n", ":2: .*no value of a recipe"),
        ("model: m\ntrain:\n  lr: 0\n", ":3: train.lr: Input should be greater than 0"),
        ("model: m\ntrain:\n  rate: 1\n", ":3: 'rate' is not a key of train"),
        ("model: m\ntrain: {lr: 1, lr: 2}\n", ":2: lr was given before, at .*:2"),
        ("model: m\ntrain: 3\n", ":2: train: Input should be an object"),
        ("model: m\noptions:\n  widths: [a]\n", ":3: options.widths: an option is text"),
        ("model: m\noptions:\n  a: {b: 1}\n", ":3: options.a: an option is text"),
        ("model: m\ntrain: {[1]: 2}\n", ":2: a key is a word"),
        ("model: m\ndata: {layout: pairs}\n", ":2: data.path: Field required"),
        ("? [a]\n: b\n", ":1: "),
        ("<<: {model: unet_light}\n", ":1: '<<' is not a key"),
        ("- model\n", "is no recipe"),
        ("", "is no recipe"),
        ("model: a\n---\nmodel: b\n", ":2: "),
        ("model: !!python/object/apply:os.system [true]\n", ":1: anchors, aliases and tags"),
        ("model: !!str 1\n", ":1: anchors, aliases and tags"),
        ("model: &a x\nname: *a\n", ":1: anchors, aliases and tags"),
        ("model: *a\n", ":1: anchors, aliases and tags"),
        ("mean: " + "[" * 5000, "lists in lists"),
        ("#" * (LARGEST + 1), "larger than 64 KiB"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(path: Path, text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_recipe(written(path, text))


@pytest.mark.parametrize(
    ("override", "why"),
    [
        ("version", "write key=value"),
        ("versoin=1.0.0", "did you mean 'version'"),
        ("threshold=2", "--set threshold=2: threshold: Input should be less than 1"),
        ("model=!!python/name:os.system", "anchors, aliases and tags"),
        ("size=[1", "--set size="),
        ("train.lr=0", "--set train.lr=0: train.lr: Input should be greater than 0"),
        ("train.lrr=1", "--set train.lrr=1: 'lrr' is not a key of train: did you mean 'lr'"),
        ("model.name=a", "model is no section"),
        (".=a", "'' is not a key of a recipe"),
    ],
)
def test_what_is_set_wrongly_is_named(path: Path, override: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_recipe(written(path, "model: unet_light\n"), [override])


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor(path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in pairwise("abcdefghi")]
    with pytest.raises(UsageError, match="anchors"):
        read_recipe(written(path, "\n".join(lines)))


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"model: \xff")
    for name, why in [("missing", "No such file"), (".", "directory"), ("latin", "not text in UTF-8")]:
        with pytest.raises(UsageError, match=why):
            read_recipe(tmp_path / name)


keys = st.sampled_from([*Recipe.model_fields, "other", "<<", "? a", "  lr", "  widths"])
values = st.text(st.sampled_from(list("[]{}:,&*!|>'\"\\#%@`-+._0123456789eExabnyst \n\t")), max_size=30)


@given(st.lists(st.tuples(keys, values | st.text(max_size=20)), max_size=6), values)
def test_whatever_is_written_is_a_recipe_or_a_usage_error(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, str]], override: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(
        "model: net\n" + "".join(f"{key}: {value}\n" for key, value in lines if key != "model"),
        "utf-8",
        "replace",
    )
    try:
        said = read_recipe(path, [f"mean={override}"]).model
    except UsageError as error:
        said = str(error)
    assert said == "net" or str(path) in said or "--set mean=" in said
