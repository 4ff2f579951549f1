import numpy as np
import pytest

from edgec_runtime.errors import EngineError
from edgec_runtime.format.manifest import Affine
from edgec_runtime.integers import to_integers, to_reals

PIXELS = Affine(1 / 255, -128)


def test_every_8_bit_pixel_keeps_its_number() -> None:
    pixels = np.arange(256, dtype=np.float32) * np.float32(1 / 255)
    assert np.array_equal(to_integers(pixels, PIXELS), np.arange(-128, 128))


def test_rounds_to_the_nearest_and_stays_within_int8() -> None:
    values = np.array([-1e30, -3.0, -0.5, 0.4, 0.6, 1.5, 2.5, 500, 1e30], np.float32)
    found = to_integers(values, Affine(1.0, 10))
    assert found.dtype == np.int8
    assert found.tolist() == [-128, 7, 10, 10, 11, 12, 12, 127, 127]


def test_the_way_back_is_within_half_a_step() -> None:
    values = np.random.default_rng(0).uniform(-2, 2, (1, 8, 8, 3)).astype(np.float32)
    affine = Affine(4 / 255, 3)
    back = to_reals(to_integers(values, affine), affine)
    assert (back.dtype, back.shape) == (np.float32, values.shape)
    inside = (values > -131 * affine.scale) & (values < 124 * affine.scale)
    assert np.abs(back - values)[inside].max() <= 0.501 * affine.scale


def test_the_given_array_is_left_alone() -> None:
    values = np.ones((1, 2, 2, 1), np.float32)
    to_integers(values, PIXELS)
    assert (values == 1).all()


def test_floats_pass_as_they_are() -> None:
    values = np.ones((1, 2, 2, 1), np.float32)
    assert to_reals(values, None) is values


@pytest.mark.parametrize(("dtype", "affine"), [(np.int8, None), (np.float32, PIXELS)])
def test_another_type_than_the_manifest_says_is_refused(
    dtype: type[np.generic], affine: Affine | None
) -> None:
    with pytest.raises(EngineError, match="the network gives"):
        to_reals(np.ones(2, dtype), affine)  # type: ignore[arg-type]
