from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from edgec_runtime import resize as resizing
from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import InputSpec
from edgec_runtime.image import network_size, prepare, to_colour

GREY = InputSpec("image", 1, 16, 16, 4, "grey", 1 / 255, (0.0,), (1.0,), "bilinear")
RGB = replace(GREY, channels=3, colour="rgb", mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7))


def pixels(*shape: int) -> Any:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_values_are_scaled_in_float32() -> None:
    image = pixels(16, 16)
    found = prepare(image, GREY)
    assert found.shape == (1, 1, 16, 16)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found[0, 0], (image / 255).astype(np.float32))


def test_mean_and_std_are_per_channel() -> None:
    image = pixels(16, 16, 3)
    expected = (image / 255 - np.array(RGB.mean)) / np.array(RGB.std)
    np.testing.assert_allclose(prepare(image, RGB)[0], expected.transpose(2, 0, 1), rtol=1e-6)


def test_grey_is_opencvs_grey() -> None:
    image = pixels(300, 200, 3)
    np.testing.assert_array_equal(to_colour(image, "grey")[:, :, 0], cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def test_colours() -> None:
    image = pixels(5, 6, 4)
    np.testing.assert_array_equal(to_colour(image, "rgb"), image[:, :, :3])
    np.testing.assert_array_equal(to_colour(image, "bgr"), image[:, :, 2::-1])
    grey = pixels(5, 6)
    for colour in ("rgb", "bgr"):
        np.testing.assert_array_equal(to_colour(grey, colour), np.dstack([grey] * 3))
    np.testing.assert_array_equal(to_colour(grey, "grey")[:, :, 0], grey)
    np.testing.assert_array_equal(to_colour(grey[:, :, np.newaxis], "grey")[:, :, 0], grey)


@pytest.mark.parametrize("shape", [(31, 40), (31, 40, 1), (9, 50, 3), (64, 64, 4)])
@pytest.mark.parametrize("spec", [GREY, RGB], ids=["grey", "rgb"])
def test_with_and_without_opencv(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], spec: InputSpec
) -> None:
    levels = replace(spec, scale=1.0, mean=(0.0,) * spec.channels, std=(1.0,) * spec.channels)
    image = pixels(*shape)
    with_opencv = prepare(image, levels)
    monkeypatch.setattr(resizing, "_opencv", lambda: None)
    assert np.abs(with_opencv - prepare(image, levels)).max() <= 1


def test_a_network_of_any_size_gets_the_next_multiple() -> None:
    free = replace(GREY, height=None, width=None, multiple_of=16)
    assert network_size(free, (16, 17)) == (16, 32)
    assert network_size(free, (1, 100)) == (16, 112)
    assert network_size(GREY, (100, 3)) == (16, 16)


@pytest.mark.parametrize(
    ("image", "message"),
    [
        ([[1, 2]], "is a list"),
        (pixels(4, 4).astype(np.float32), "float32: give uint8"),
        (pixels(4, 4).astype(np.uint16), "uint16"),
        (pixels(4, 4) > 3, "bool"),
        (pixels(4), r"\(4,\)"),
        (pixels(4, 4, 2), r"\(4, 4, 2\)"),
        (pixels(1, 4, 4, 3), r"\(1, 4, 4, 3\)"),
        (pixels(0, 4), "no pixel"),
        (pixels(4, 0, 3), "no pixel"),
    ],
)
def test_what_is_not_an_image_is_refused(image: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        prepare(image, GREY)
