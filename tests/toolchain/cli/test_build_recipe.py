import json
from pathlib import Path

import pytest
from tests.tiny import TINY
from tests.toolchain.cli.conftest import Run

RECIPE = f"""\
model: {TINY}:binary
name: tiny
size: [32, 48]
targets: [cpu]
precisions: [int8-static]
"""


@pytest.fixture
def recipe(_bare_environment: None) -> Path:
    path = Path("recipe.yaml")
    path.write_text(RECIPE)
    return path


def test_a_recipe_is_built_with_what_is_set(here: Run, recipe: Path) -> None:
    words = ("--recipe", str(recipe), "--set", "version=1.2.0", "--no-measure", "--json")
    result = here("build", *words)
    assert result.returncode == 0, result.stderr
    document = json.loads(result.stdout)
    assert [row["precision"] for row in document["variants"]] == ["fp32", "int8-static"]
    assert Path("artifacts/tiny-1.2.0.edgec").is_file()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--quant", "fp16"), "--quant and --recipe say the same: use --set precisions=VALUE"),
        (("--size", "64"), "--size and --recipe say the same"),
        (("--set", "threshold=2"), "--set threshold=2: threshold"),
        (("--set", "targets=[cpuu]"), "did you mean 'cpu'"),
    ],
)
def test_what_cannot_be_is_refused(here: Run, recipe: Path, words: tuple[str, ...], why: str) -> None:
    result = here("build", "--recipe", str(recipe), *words)
    assert result.returncode == 2
    assert why in result.stderr
    assert not Path("artifacts").exists()


def test_set_belongs_to_a_recipe(here: Run) -> None:
    result = here("build", "--model", "unet_light", "--set", "version=1.2.0")
    assert result.returncode == 2
    assert "--set changes a recipe: add --recipe FILE" in result.stderr
