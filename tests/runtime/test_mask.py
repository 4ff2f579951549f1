from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_runtime.format.manifest import ClassSpec, OutputSpec
from edgec_runtime.mask import decide, probabilities, to_mask

CLASSES = tuple(ClassSpec(name, (0, 0, 0)) for name in "abc")
THRESHOLD = OutputSpec("map", 2, "none", "threshold", 0.5, CLASSES)
ARGMAX = OutputSpec("map", 3, "softmax", "argmax", None, CLASSES)


def test_sigmoid() -> None:
    spec = replace(THRESHOLD, activation="sigmoid")
    logits = np.array([-1e4, -3, 0, 3, 1e4], np.float32).reshape(1, 1, 1, 5)
    with np.errstate(all="raise"):
        found = probabilities(logits, spec)
    np.testing.assert_allclose(
        found.ravel(), [0, 1 / (1 + np.exp(3)), 0.5, 1 / (1 + np.exp(-3)), 1], atol=1e-7
    )
    assert found.dtype == np.float32


def test_softmax() -> None:
    logits = np.array([[1, 1000], [2, -1000], [3, 0]], np.float32).reshape(1, 3, 1, 2)
    with np.errstate(over="raise", invalid="raise"):
        found = probabilities(logits, ARGMAX)
    np.testing.assert_allclose(found[0, :, 0, 0], np.exp([1, 2, 3]) / np.exp([1, 2, 3]).sum(), rtol=1e-6)
    np.testing.assert_array_equal(found[0, :, 0, 1], [1, 0, 0])


def test_none_is_left_alone() -> None:
    output = np.random.default_rng(0).random((2, 2, 4, 4), np.float32)
    assert probabilities(output, THRESHOLD) is output


def test_threshold_is_reached_by_equality_and_the_most_probable_wins() -> None:
    planes = np.array([[0.5, 0.49, 0.6, 0.8, 0.0], [0.0, 0.49, 0.7, 0.8, 0.5]], np.float32)
    found = decide(planes.reshape(2, 1, 5), THRESHOLD)
    np.testing.assert_array_equal(found, [[1, 0, 2, 1, 2]])
    assert found.dtype == np.uint8


def test_another_threshold() -> None:
    planes = np.array([[0.89, 0.9, 0.91]], np.float32).reshape(1, 1, 3)
    np.testing.assert_array_equal(decide(planes, replace(THRESHOLD, threshold=0.9)), [[0, 1, 1]])


def test_argmax_takes_the_first_of_equals() -> None:
    planes = np.array([[0.2, 0.4, 0.0], [0.5, 0.4, 0.0], [0.3, 0.2, 1.0]], np.float32)
    np.testing.assert_array_equal(decide(planes.reshape(3, 1, 3), ARGMAX), [[1, 0, 2]])
    np.testing.assert_array_equal(decide(planes.reshape(1, 3, 1, 3), ARGMAX), [[1, 0, 2]])


def test_probabilities_are_scaled_before_they_are_decided() -> None:
    output = np.array([[0.0, 1.0]], np.float32).reshape(1, 1, 1, 2)
    spec = replace(THRESHOLD, channels=1, threshold=0.3)
    # Scaled to 0, 0.25, 0.75, 1: a mask decided first would be 0 0 1 1 for any threshold.
    np.testing.assert_array_equal(to_mask(output, spec, (1, 4)), [[0, 0, 1, 1]])
    np.testing.assert_array_equal(to_mask(output, replace(spec, threshold=0.2), (1, 4)), [[0, 1, 1, 1]])
    assert to_mask(output, spec, (5, 3)).shape == (5, 3)


@given(seed=st.integers(0, 1000), threshold=st.floats(0.01, 0.99))
def test_an_activation_that_is_not_computed_decides_alike(seed: int, threshold: float) -> None:
    logits = np.random.default_rng(seed).normal(scale=4, size=(1, 2, 6, 7)).astype(np.float32)
    sigmoid = replace(THRESHOLD, activation="sigmoid", threshold=threshold)
    close = np.abs(probabilities(logits, sigmoid) - threshold).min(axis=1)[0] < 1e-6
    same = to_mask(logits, sigmoid, (6, 7)) == decide(probabilities(logits, sigmoid), sigmoid)
    assert (same | close).all()
    three = np.random.default_rng(seed).normal(size=(1, 3, 6, 7)).astype(np.float32)
    assert (to_mask(three, ARGMAX, (6, 7)) == decide(probabilities(three, ARGMAX), ARGMAX)).all()


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_the_threshold_is_put_where_the_activation_would_put_it(threshold: float) -> None:
    spec = replace(THRESHOLD, channels=1, activation="sigmoid", threshold=threshold)
    limit = np.log(threshold / (1 - threshold))
    output = np.array([limit - 0.01, limit + 0.01], np.float32).reshape(1, 1, 1, 2)
    np.testing.assert_array_equal(to_mask(output, spec, (1, 2)), [[0, 1]])
