"""One short epoch of each shipped recipe, made small, on the data that it is for."""

from pathlib import Path

import pytest

from edgec.recipe.file import read_recipe
from edgec.recipe.shipped import find_recipe
from edgec.source import read_description
from edgec.training import train

DATA = Path(__file__).parents[4] / "shared" / "data"
SMALL = [
    *("options.widths=[4, 8]", "options.bottleneck=8", "size=[64, 64]"),
    *("train.epochs=1", "train.crop=32", "train.batch=4", "train.threads=1", "train.keep_epoch=null"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "folder", "classes"),
    [
        ("nuclei-unet-light", None, 2),
        ("nuclei-unet", None, 2),
        ("nuclei-unet-bn", None, 2),
        ("vessels-unet-light", "vessels/training", 2),
        ("pets-unet-light", "pets", 2),
        ("cardiac-unet-light", "cardiac", 9),
    ],
)
def test_a_shipped_recipe_trains(
    name: str, folder: str | None, classes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if folder is not None and not (DATA / folder).is_dir():
        pytest.skip(f"needs {folder} in ../shared/data")
    data = [] if folder is None else [f"data.path={DATA / folder}"]
    result = train(read_recipe(find_recipe(name), [*SMALL, *data]))
    assert result.fitted.folder.parent == Path("runs") / name
    assert 0 <= result.fitted.best.dice <= 1
    found = read_description(result.fitted.checkpoint)
    assert found is not None
    assert len(found.classes) == classes
    assert found.options["out_channels"] == (1 if classes == 2 else classes)
