"""--output mask: the same masks without the closing activation."""

from pathlib import Path

import numpy as np
import pytest
from tests.tiny import TINY

from edgec.data import open_dataset
from edgec.output import before_activation
from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle

CHOICES = {"size": (32, 48), "targets": ("cpu", "openvino", "tflite"), "precisions": ("fp32", "int8-static")}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    out = tmp_path_factory.mktemp("outputs")
    recipes = {
        output: Recipe(model=f"{TINY}:binary", name=output, output=output, **CHOICES)
        for output in ("probability", "mask")
    }
    return {name: build(recipe, out, slower="unmeasured").bundle for name, recipe in recipes.items()}


@pytest.mark.parametrize("target", CHOICES["targets"])
def test_the_masks_are_the_same(bundles: dict[str, Path], target: str) -> None:
    image = open_dataset("nuclei")[0].image
    masks, probabilities = [], []
    for path in bundles.values():
        with Session.open(path, target=target, precision="fp32", exact=True) as session:
            small = image[:32, :48]  # the network's own size, so that nothing is scaled
            masks.append(session.segment(small))
            probabilities.append(session.probabilities(small))
    assert 0 < masks[0].mean() < 1 or np.ptp(probabilities[0]) > 0
    assert (masks[0] == masks[1]).mean() > 0.999
    assert np.abs(probabilities[0] - probabilities[1]).max() < 1e-5


def test_no_engine_computes_the_activation(bundles: dict[str, Path]) -> None:
    with Bundle.open(bundles["mask"]) as bundle:
        assert bundle.manifest.output.activation == "sigmoid"
        for variant in bundle.manifest.variants:
            assert variant.parity is not None
            assert variant.precision != "fp32" or variant.parity.max_error < 1e-4
            for data in bundle.load(variant).values():
                assert b"Sigmoid" not in data


def test_logits_are_told_from_probabilities() -> None:
    logits = np.array([-30.0, -2.0, 0.0, 3.0, 200.0], np.float32).reshape(1, 1, 1, 5)
    with np.errstate(over="ignore"):
        found = before_activation(lambda x: 1 / (1 + np.exp(-x)), "sigmoid")(logits)
    np.testing.assert_allclose(found[..., 1:4], logits[..., 1:4], rtol=1e-5, atol=1e-6)
    assert found[..., 4] == np.inf


def test_softmax_comes_back_up_to_a_constant() -> None:
    logits = np.random.default_rng(0).normal(size=(1, 3, 2, 2)).astype(np.float32)

    def softmax(x: np.ndarray) -> np.ndarray:
        powers = np.exp(x)
        return powers / powers.sum(axis=1, keepdims=True)

    found = before_activation(softmax, "softmax")(logits)
    shift = found - logits
    np.testing.assert_allclose(shift, np.broadcast_to(shift[:, :1], shift.shape), atol=1e-5)


def test_without_anything_to_leave_out_the_source_answers_itself() -> None:
    def run(image: np.ndarray) -> np.ndarray:
        return image

    assert before_activation(run, "none") is run
