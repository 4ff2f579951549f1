from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage.draw import disk, rectangle
from tests.toolchain.data.files import write

from edgec.data import IGNORE, open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

VESSELS_HERE = Path(__file__).parents[5] / "shared" / "data" / "vessels"
SIZE = (40, 50)


def vessels(number: int) -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    mask[rectangle((5, number), (30, number + 3))] = 1
    return mask


def view() -> np.ndarray:
    mask = np.zeros(SIZE, np.uint8)
    mask[disk((20, 25), 18)] = 1
    return mask


def gif(path: Path, mask: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(mask * np.uint8(255)).save(path)


def part(folder: Path, numbers: list[str], word: str) -> Path:
    for place, number in enumerate(numbers):
        write(folder / "images" / f"{number}_{word}.tif", np.full((*SIZE, 3), place, np.uint8))
        gif(folder / "1st_manual" / f"{number}_manual1.gif", vessels(place))
        gif(folder / "mask" / f"{number}_{word}_mask.gif", view())
    return folder


def test_training_and_test_are_the_parts(tmp_path: Path) -> None:
    part(tmp_path / "training", ["21", "22", "23"], "training")
    part(tmp_path / "test", ["01", "02"], "test")
    split = open_split(DataRecipe(path=tmp_path))
    assert [sample.name for sample in split.train] == ["21_training", "22_training", "23_training"]
    assert [sample.name for sample in split.val] == ["01_test", "02_test"]
    assert split.val.class_names == ("background", "vessel")
    for place, sample in enumerate(split.train):
        expected = np.where(view() > 0, vessels(place), IGNORE)
        np.testing.assert_array_equal(sample.mask, expected)
        assert sample.image.shape == (*SIZE, 3)


def test_a_test_part_without_vessels_is_left_alone(tmp_path: Path) -> None:
    part(tmp_path / "training", ["21", "22", "23", "24", "25"], "training")
    write(tmp_path / "test" / "images" / "01_test.tif", np.zeros((*SIZE, 3), np.uint8))
    split = open_split(DataRecipe(path=tmp_path))
    assert (len(split.train), len(split.val)) == (4, 1)
    assert len(open_dataset(str(tmp_path))) == 5


def test_without_a_field_of_view_all_is_seen(tmp_path: Path) -> None:
    folder = part(tmp_path, ["21", "22"], "training")
    for path in (folder / "mask").iterdir():
        path.unlink()
    (folder / "mask").rmdir()
    np.testing.assert_array_equal(open_dataset(str(tmp_path))[1].mask, vessels(1))


def test_eyes_of_one_child_stay_together(tmp_path: Path) -> None:
    folder = tmp_path / "training"
    part(folder, [f"Image_{child:02}{eye}" for child in range(1, 6) for eye in "LR"], "training")
    split = open_split(DataRecipe(path=tmp_path))
    assert len(split.val) == 2
    assert len({entry.group for entry in split.val.entries}) == 1


@pytest.mark.parametrize("gone", ["1st_manual/22_manual1.gif", "mask/22_training_mask.gif"])
def test_a_missing_file_is_told(tmp_path: Path, gone: str) -> None:
    (part(tmp_path, ["21", "22"], "training") / gone).unlink()
    with pytest.raises(DataError, match=r"1 of 2 images, the first is 22_training.tif.*1st_manual"):
        open_dataset(str(tmp_path))


def test_a_field_of_view_of_another_size_is_refused(tmp_path: Path) -> None:
    part(tmp_path, ["21"], "training")
    gif(tmp_path / "mask" / "21_training_mask.gif", view()[:20])
    with pytest.raises(DataError, match="21_training_mask"):
        open_dataset(str(tmp_path))[0]


def test_a_folder_without_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1st_manual"):
        open_split(DataRecipe(path=tmp_path, layout="drive"))


@pytest.mark.skipif(not VESSELS_HERE.is_dir(), reason="needs the vessels set in ../shared/data")
def test_real_fundus_images_are_read() -> None:
    dataset = open_dataset(f"{VESSELS_HERE}#all")
    assert len(dataset) == 8
    for entry, sample in zip(dataset.entries, dataset, strict=True):
        truth, seen = (np.array(Image.open(path)) for path in entry.files[1:])
        assert sample.image.shape == (960, 999, 3)
        np.testing.assert_array_equal(sample.mask, np.where(seen > 0, truth > 0, IGNORE))
