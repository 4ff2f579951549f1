from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from edgec.data import Sample, open_dataset
from edgec.errors import DataError
from edgec.learn.evaluate import evaluate, grey, predict
from edgec.zoo import create, default_weights

VALIDATION = Path(__file__).parents[4] / "shared" / "data" / "nuclei" / "val"


@pytest.fixture(scope="module")
def shipped() -> nn.Module:
    path = default_weights("unet_light")
    assert path is not None
    network = create("unet_light")
    network.load_state_dict(load_file(path))
    return network.eval()


def test_the_shipped_weights_find_the_nuclei(shipped: nn.Module) -> None:
    assert evaluate(shipped, open_dataset("nuclei")).dice >= 0.93


@pytest.mark.slow
@pytest.mark.skipif(not VALIDATION.is_dir(), reason="needs the nuclei set's val folder in ../shared/data")
def test_the_shipped_weights_reach_the_goal_on_the_validation_split(shipped: nn.Module) -> None:
    assert evaluate(shipped, open_dataset(str(VALIDATION))).dice >= 0.93


def test_evaluation_compares_with_the_threshold() -> None:
    image = np.array([[0, 100], [200, 255]], np.uint8)
    samples = [Sample("a", image, np.array([[0, 0], [1, 1]], np.uint8))]
    assert evaluate(nn.Identity(), samples).dice == 1
    assert evaluate(nn.Identity(), samples, threshold=0.9).recall == 0.5


def test_evaluation_switches_the_running_statistics_on() -> None:
    network = nn.BatchNorm2d(1).train()
    samples = [Sample("a", np.full((2, 2), 255, np.uint8), np.ones((2, 2), np.uint8))]
    assert evaluate(network, samples).dice == 1
    assert torch.equal(network.running_mean, torch.zeros(1))


def test_a_sample_without_a_mask_is_refused() -> None:
    with pytest.raises(DataError, match="odd: has no mask"):
        evaluate(nn.Identity(), [Sample("odd", np.zeros((2, 2), np.uint8), None)])


def test_colour_becomes_grey() -> None:
    red = np.zeros((1, 2, 3), np.uint8)
    red[..., 0] = 255
    np.testing.assert_allclose(grey(red), 0.299, atol=0.002)
    np.testing.assert_array_equal(predict(nn.Identity(), red), grey(red))
