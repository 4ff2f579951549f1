from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.draw import disk
from tests.toolchain.data.files import write

from edgec.data import IGNORE, Split, open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

PETS = Path(__file__).parents[5] / "shared" / "data" / "pets"
NAMES = ("Abyssinian_1", "Bengal_2", "pug_3")


def trimap() -> np.ndarray:
    drawn = np.full((20, 30), 2, np.uint8)
    drawn[disk((10, 15), 8)] = 3
    drawn[disk((10, 15), 6)] = 1
    return drawn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        write(tmp_path / "images" / f"{name}.jpg", np.zeros((20, 30, 3), np.uint8))
        write(tmp_path / "annotations" / "trimaps" / f"{name}.png", trimap())
    # macOS left such files in the archive that everybody downloads.
    (tmp_path / "annotations" / "trimaps" / "._pug_3.png").write_bytes(b"\0")
    (tmp_path / "annotations" / "trainval.txt").write_text("#Image CLASS-ID\nAbyssinian_1 1 1 1\n")
    (tmp_path / "annotations" / "test.txt").write_text("Bengal_2 3 1 1\n\n")
    return tmp_path


def split(folder: Path, *classes: str) -> Split:
    return open_split(DataRecipe(path=folder, classes=classes or None))


def test_the_border_is_ignored_and_the_lists_are_the_split(folder: Path) -> None:
    found = split(folder)
    assert [sample.name for sample in found.train] == ["Abyssinian_1"]
    assert [sample.name for sample in found.val] == ["Bengal_2"]
    assert found.train.class_names == ("background", "pet")
    np.testing.assert_array_equal(found.train[0].mask, np.choose(trimap() - 1, [1, 0, IGNORE]))


def test_the_border_may_be_a_class(folder: Path) -> None:
    expected = np.choose(trimap() - 1, [1, 0, 2])
    named = split(folder, "background", "pet", "border").val
    np.testing.assert_array_equal(named[0].mask, expected)
    np.testing.assert_array_equal(open_dataset(str(folder), classes=3)[0].mask, expected)
    turned = split(folder, "none", "border", "pet").val
    np.testing.assert_array_equal(turned[0].mask, np.choose(trimap() - 1, [2, 0, 1]))
    assert named.digest != turned.digest


def test_without_lists_all_pets_are_drawn_from(folder: Path) -> None:
    (folder / "annotations" / "test.txt").unlink()
    found = split(folder)
    assert sorted(entry.name for part in (found.train, found.val) for entry in part.entries) == list(NAMES)


def test_a_listed_image_that_is_missing_is_told(folder: Path) -> None:
    (folder / "annotations" / "test.txt").write_text("../../etc/passwd 1\n")
    with pytest.raises(DataError, match=r"has no \.\./\.\./etc/passwd"):
        split(folder)


def test_a_missing_trimap_is_told(folder: Path) -> None:
    (folder / "annotations" / "trimaps" / "Bengal_2.png").unlink()
    with pytest.raises(DataError, match=r"1 of 2 images, the first is Bengal_2\.jpg"):
        split(folder)


@pytest.mark.parametrize("value", [0, 4, 255])
def test_a_value_that_no_trimap_has_is_refused(folder: Path, value: int) -> None:
    drawn = trimap()
    drawn[3, 3] = value
    write(folder / "annotations" / "trimaps" / "Bengal_2.png", drawn)
    with pytest.raises(DataError, match="a trimap holds 1"):
        split(folder).val[0]


def test_a_class_that_pets_have_not_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="knows no class 'cat'"):
        split(folder, "background", "cat")


@pytest.mark.skipif(not PETS.is_dir(), reason="needs the pets set in ../shared/data")
def test_real_pets_are_read() -> None:
    found = split(PETS)
    assert (len(found.train), len(found.val)) == (16, 4)
    for dataset in (found.train, found.val):
        for entry, sample in zip(dataset.entries, dataset, strict=True):
            drawn = np.array(Image.open(entry.files[1]))
            np.testing.assert_array_equal(sample.mask, np.choose(drawn - 1, [1, 0, IGNORE]))
