import pytest
import torch
from torch import nn

from edgec.learn.logits import are_probabilities, logits_function
from edgec.zoo import create


@pytest.mark.parametrize("channels", [1, 3])
def test_probabilities_turn_back_into_the_logits_that_they_came_from(channels: int) -> None:
    plain = nn.Conv2d(1, channels, 1)
    closing = nn.Sigmoid() if channels == 1 else nn.Softmax(dim=1)
    image = torch.randn(2, 1, 4, 4)
    found = logits_function(nn.Sequential(plain, closing), probabilities=True)(image)
    expected = plain(image)
    if channels > 1:  # softmax does not tell a constant
        expected = expected - expected.logsumexp(dim=1, keepdim=True)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_network_of_the_zoo_tells_its_logits_itself() -> None:
    network = create("unet_light", widths=(4, 8), bottleneck=8).eval()
    image = torch.randn(1, 1, 16, 16)
    logits = logits_function(network, probabilities=True)(image)
    torch.testing.assert_close(torch.sigmoid(logits), network(image))


def test_what_was_done_last_tells_probabilities_from_logits() -> None:
    image = torch.rand(1, 2, 4, 4, requires_grad=True)
    assert are_probabilities(torch.sigmoid(image))
    assert are_probabilities(torch.softmax(image, dim=1))
    assert not are_probabilities(image * 0.5)
