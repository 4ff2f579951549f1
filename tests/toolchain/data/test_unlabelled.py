from pathlib import Path

import cv2
import numpy as np
import pytest

from edgec.data import GivenImages, open_dataset, open_images
from edgec.errors import DataError


def test_images_of_a_shipped_set_are_those_of_its_samples() -> None:
    images, dataset = open_images("nuclei-calibration"), open_dataset("nuclei-calibration")
    assert (images.name, len(images)) == (dataset.name, len(dataset))
    np.testing.assert_array_equal(images[5], dataset[5].image)


def test_a_plain_folder_does_and_masks_are_not_read(tmp_path: Path) -> None:
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        cv2.imwrite(str(tmp_path / folder / "a.png"), np.full((4, 5), 77, np.uint8))  # no mask has 77
    for folder in (tmp_path, tmp_path / "images"):
        (image,) = [open_images(str(folder))[0]]
        np.testing.assert_array_equal(image, np.full((4, 5), 77, np.uint8))


def test_given_images_are_taken_when_they_are_asked_for() -> None:
    class Lazy(list[int]):
        def __getitem__(self, place):  # type: ignore[no-untyped-def]
            return np.full((2, 2), place, np.uint8)

    images = GivenImages(Lazy([0] * 9))  # type: ignore[arg-type]
    assert len(images) == 9
    assert images[7].max() == 7


def test_given_things_that_are_no_arrays_are_refused() -> None:
    with pytest.raises(DataError, match="image 0 is a str"):
        GivenImages(["a.png"])[0]  # type: ignore[list-item]
