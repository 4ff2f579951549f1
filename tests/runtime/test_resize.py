import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgec_runtime.resize import resize, resize_numpy

SIDES = st.integers(1, 90)


@settings(max_examples=200)
@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([(), (1,), (3,)]), st.integers(0, 2**32))
def test_numpy_and_opencv_agree_within_one_grey_level(
    height: int, width: int, new_height: int, new_width: int, channels: tuple[int, ...], seed: int
) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width, *channels), np.uint8)
    ours = resize_numpy(image, (new_height, new_width))
    theirs = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR).reshape(ours.shape)
    assert ours.dtype == np.uint8
    assert np.abs(ours.astype(int) - theirs.astype(int)).max() <= 1


@settings(max_examples=100)
@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 2**32))
def test_floats_agree_too(height: int, width: int, new_height: int, new_width: int, seed: int) -> None:
    plane = np.random.default_rng(seed).random((height, width), np.float32)
    ours = resize_numpy(plane, (new_height, new_width))
    theirs = cv2.resize(plane, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_by_hand() -> None:
    row = np.array([[0, 100]], np.uint8)
    np.testing.assert_array_equal(resize_numpy(row, (1, 4)), [[0, 25, 75, 100]])
    np.testing.assert_array_equal(resize_numpy(row, (2, 1)), [[50], [50]])


def test_the_same_size_is_left_alone() -> None:
    image = np.random.default_rng(0).integers(0, 256, (7, 9, 3), np.uint8)
    assert resize(image, (7, 9)) is image


@pytest.mark.parametrize("shape", [(3, 40_000), (40_000, 3)])
def test_sides_longer_than_opencv_takes(shape: tuple[int, int]) -> None:
    image = np.full(shape, 77, np.uint8)
    assert (resize(image, (16, 16)) == 77).all()
