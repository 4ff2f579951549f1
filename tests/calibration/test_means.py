import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edgec_calibration import CalibrationError
from edgec_calibration.means import ChannelMeans

SIDES = st.tuples(st.just(1), st.just(3), st.integers(1, 5), st.integers(1, 5))
SAMPLE = SIDES.flatmap(lambda shape: arrays(np.float32, shape, elements=st.floats(-1e3, 1e3, width=32)))


@given(samples=st.lists(SAMPLE, min_size=1, max_size=5))
def test_every_pixel_of_every_sample_weighs_the_same(samples: list[np.ndarray]) -> None:
    means = ChannelMeans()
    for sample in samples:
        means.update("t", sample)
    everything = np.concatenate([sample.reshape(3, -1) for sample in samples], axis=1)
    np.testing.assert_allclose(means.means(), everything.mean(axis=1, dtype=np.float64), atol=1e-9)


@pytest.mark.parametrize("shape", [(), (4,), (1, 2, 3, 3)])
def test_a_tensor_without_those_channels_is_named(shape: tuple[int, ...]) -> None:
    means = ChannelMeans()
    means.update("t", np.ones((1, 3, 2, 2), np.float32))
    with pytest.raises(CalibrationError, match=r"'t' has the shape"):
        means.update("t", np.ones(shape, np.float32))
