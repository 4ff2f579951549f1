import os
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.toolchain.data.files import IMAGE, MASK, pairs, write

from edgec.data import open_dataset
from edgec.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good pairs."""
    return pairs(tmp_path / "set", ("a", "b"))


@pytest.mark.parametrize(
    ("name", "count"), [("nuclei#train", 200), ("nuclei#val", 34), ("nuclei-calibration", 24)]
)
def test_the_shipped_sets_are_complete(name: str, count: int) -> None:
    dataset = open_dataset(name)
    assert (dataset.name, len(dataset), dataset.has_masks) == (name, count, True)
    for sample in dataset:
        assert sample.image.shape == (256, 256)
        assert sample.mask is not None
        assert set(np.unique(sample.mask)) == {0, 1}


def test_calibration_and_evaluation_share_no_image() -> None:
    calibration, train, val = (
        {sample.name for sample in open_dataset(name).entries}
        for name in ("nuclei-calibration", "nuclei#train", "nuclei")
    )
    assert not train & val
    assert calibration < train


def test_pairs_come_in_the_order_of_their_names(folder: Path) -> None:
    dataset = open_dataset(str(folder))
    assert [sample.name for sample in dataset] == ["a", "b"]
    assert dataset.name == "set"
    assert [sample.name for sample in dataset[1:]] == ["b"]
    sample = dataset[-1]
    np.testing.assert_array_equal(sample.image, IMAGE + 1)
    np.testing.assert_array_equal(sample.mask, MASK)
    with pytest.raises(IndexError):
        dataset[2]


def test_a_one_bit_mask_is_read_as_classes(folder: Path) -> None:
    write(folder / "masks" / "a.png", MASK * 255, cv2.IMWRITE_PNG_BILEVEL, 1)
    np.testing.assert_array_equal(open_dataset(str(folder))[0].mask, MASK)


def test_a_mask_of_indices_is_taken_as_it_is(folder: Path) -> None:
    indices = (IMAGE % 4).astype(np.uint8)
    for name in ("a", "b"):
        write(folder / "masks" / f"{name}.png", indices)
    np.testing.assert_array_equal(open_dataset(str(folder), classes=4)[0].mask, indices)


@pytest.mark.parametrize("value", [0, 1])
def test_a_mask_of_one_class_keeps_it(folder: Path, value: int) -> None:
    write(folder / "masks" / "a.png", np.full_like(IMAGE, value))
    assert np.unique(open_dataset(str(folder))[0].mask).tolist() == [value]


def test_a_mask_in_three_equal_channels_counts_as_grey(folder: Path) -> None:
    write(folder / "masks" / "a.png", cv2.merge([MASK * 255] * 3))
    np.testing.assert_array_equal(open_dataset(str(folder))[0].mask, MASK)


def test_colour_is_read_as_rgb(folder: Path) -> None:
    blue_last = np.dstack([IMAGE, IMAGE + 50, IMAGE + 100])
    write(folder / "images" / "a.png", blue_last[..., ::-1])
    np.testing.assert_array_equal(open_dataset(str(folder))[0].image, blue_last)


def test_the_ending_of_a_mask_may_differ(folder: Path) -> None:
    write(folder / "masks" / "a.bmp", MASK * 255)
    (folder / "masks" / "a.png").unlink()
    np.testing.assert_array_equal(open_dataset(str(folder))[0].mask, MASK)


def test_a_plain_folder_has_no_masks(folder: Path) -> None:
    (folder / "images" / "notes.txt").write_text("passed over")
    dataset = open_dataset(str(folder / "images"))
    assert [(sample.name, sample.mask) for sample in dataset] == [("a", None), ("b", None)]
    assert not dataset.has_masks


def test_a_folder_with_a_name_beyond_ascii_is_read(folder: Path) -> None:
    moved = folder.rename(folder.with_name("Zellkerne-ß-核"))
    np.testing.assert_array_equal(open_dataset(str(moved))[0].image, IMAGE)


def test_the_digest_depends_on_names_and_bytes_and_not_on_the_place(folder: Path, tmp_path: Path) -> None:
    first = open_dataset(str(folder)).digest
    copy = Path(shutil.copytree(folder, tmp_path / "elsewhere" / "copy"))
    assert open_dataset(str(copy)).digest == first
    assert open_dataset(str(folder / "images")).digest != first
    write(copy / "masks" / "b.png", 255 - MASK * 255)
    changed = open_dataset(str(copy)).digest
    assert changed != first
    (copy / "images" / "b.png").rename(copy / "images" / "c.png")
    (copy / "masks" / "b.png").rename(copy / "masks" / "c.png")
    assert open_dataset(str(copy)).digest not in {first, changed}


def refusal(folder: Path | str, classes: int = 2) -> str:
    with pytest.raises(DataError) as caught:
        list(open_dataset(str(folder), classes=classes))
    return str(caught.value)


def test_a_word_that_is_no_dataset_is_refused() -> None:
    assert "nuclei-calibration" in refusal("nucleii")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    assert "no such folder" in refusal(tmp_path / "none")


@pytest.mark.parametrize("part", ["", "images", "masks"])
def test_an_empty_folder_is_refused(folder: Path, part: str) -> None:
    shutil.rmtree(folder / part)
    (folder / part).mkdir()
    message = refusal(folder)
    assert "no images" in message
    assert ".png" in message


def test_images_without_a_folder_of_masks_are_refused(folder: Path) -> None:
    shutil.rmtree(folder / "masks")
    assert "no masks/" in refusal(folder)


def test_a_missing_mask_is_named(folder: Path) -> None:
    (folder / "masks" / "b.png").unlink()
    message = refusal(folder)
    assert "1 of 2" in message
    assert "b.png" in message


def test_two_images_of_one_name_are_refused(folder: Path) -> None:
    write(folder / "images" / "a.bmp", IMAGE)
    message = refusal(folder)
    assert "a.bmp" in message
    assert "a.png" in message


def test_sizes_that_differ_are_both_told(folder: Path) -> None:
    write(folder / "masks" / "a.png", MASK[:5])
    message = refusal(folder)
    assert "8x5" in message
    assert "8x6" in message
    assert "a.png" in message


@pytest.mark.parametrize(
    ("values", "classes", "told"),
    [
        ([0, 128, 255], 2, "0, 128, 255"),
        ([0, 1, 2, 255], 2, "0, 1, 2, 255"),
        ([0, 200], 3, "0, 200"),
        ([0, 3], 3, "0, 3"),
        (list(range(20)), 2, "0, 1, 2, 3, 4, 5, 6, 7, ... (20 values)"),
    ],
)
def test_mask_values_that_are_no_classes_are_told(
    folder: Path, values: list[int], classes: int, told: str
) -> None:
    write(folder / "masks" / "a.png", np.resize(np.array(values, np.uint8), IMAGE.shape))
    message = refusal(folder, classes)
    assert told in message
    assert str(folder / "masks" / "a.png") in message


def test_a_coloured_mask_is_refused(folder: Path) -> None:
    write(folder / "masks" / "a.png", np.dstack([MASK, MASK, MASK * 0]))
    assert "coloured" in refusal(folder)


@pytest.mark.parametrize("part", ["images", "masks"])
@pytest.mark.parametrize("keep", [0, 10, 50, -20])
def test_a_truncated_file_is_refused(folder: Path, part: str, keep: int) -> None:
    path = folder / part / "a.png"
    path.write_bytes(path.read_bytes()[:keep])
    assert str(path) in refusal(folder)


def test_a_truncated_jpeg_is_refused(folder: Path) -> None:
    (folder / "images" / "a.png").unlink()
    noise = np.random.default_rng(0).integers(0, 256, IMAGE.shape, np.uint8)
    path = write(folder / "images" / "a.jpg", noise)
    path.write_bytes(path.read_bytes()[:-30])
    assert str(path) in refusal(folder)


def test_a_file_that_is_no_image_is_refused(folder: Path) -> None:
    path = folder / "images" / "a.png"
    path.write_text("not an image")
    assert str(path) in refusal(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_without_permission_is_refused(folder: Path) -> None:
    (folder / "images" / "a.png").chmod(0)
    assert "ermission" in refusal(folder)
