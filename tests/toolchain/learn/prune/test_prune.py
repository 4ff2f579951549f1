"""The pruned network is the original without the channels that went, and nothing else."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.toolchain.learn.prune.networks import (
    NETWORKS,
    image_of,
    masks_of,
    masks_with,
    network_of,
    without,
)
from torch import Tensor, nn

from edgec.errors import CheckpointError, EdgecError, ModelSourceError
from edgec.learn.prune.choice import choose
from edgec.learn.prune.filters import by_norm
from edgec.learn.prune.groups import Group, coupled_groups
from edgec.learn.prune.masks import Layer
from edgec.learn.prune.narrow import narrow
from edgec.learn.prune.prune import check_runs, prune
from edgec.learn.prune.pruned import pruned_of
from edgec.recipe import PruneRecipe
from edgec.zoo import parameter_count

RATIOS = st.dictionaries(
    st.sampled_from(["default", "encoder", "encoder.1", "up.0"]), st.floats(0, 0.99), max_size=3
)
QUICK = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])


@cache
def scored(name: str) -> tuple[nn.Module, Tensor, Sequence[Group], list[Tensor]]:
    """A network, an image, its groups and their scores: found once, and left as they are."""
    network, image = network_of(name), image_of(name)
    groups = coupled_groups(network, image)
    return network, image, groups, by_norm(network, groups, 1)


@pytest.mark.parametrize("name", NETWORKS)
@given(ratios=RATIOS, multiple=st.sampled_from([1, 4, 8]))
@QUICK
def test_without_the_channels_that_went_the_original_says_the_same(
    name: str, ratios: dict[str, float], multiple: int
) -> None:
    network, image, groups, scores = scored(name)
    recipe = PruneRecipe(ratios=ratios, multiple=multiple)
    masks = masks_with(name, network, groups, choose(groups, scores, recipe), recipe)
    pruned = prune(network, masks)
    expected = without(network, groups, masks, image)
    with torch.no_grad():
        found = pruned.logits(image)  # type: ignore[operator]
    assert float((found - expected).abs().max()) <= 1e-5
    for mask in masks.groups:
        assert 1 <= len(mask.kept) <= mask.width
        assert len(mask.kept) == mask.width or len(mask.kept) % multiple == 0


@pytest.mark.parametrize("more", [{"norm": False, "up": "bilinear"}, {"out_channels": 3}])
def test_options_of_a_network(more: dict[str, Any]) -> None:
    network, image = network_of("unet", **more), image_of("unet")
    masks = masks_of("unet", network, {"default": 0.4})
    pruned = prune(network, masks)
    expected = without(network, coupled_groups(network, image), masks, image)
    assert torch.allclose(pruned.logits(image), expected, atol=1e-5)  # type: ignore[operator]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_block_gets_smaller_and_the_ends_stay(name: str) -> None:
    network, image = network_of(name), image_of(name)
    pruned = prune(network, masks_of(name, network, {"default": 0.5}))
    assert parameter_count(pruned) < 0.35 * parameter_count(network)
    assert pruned(image).shape == network(image).shape
    check_runs(pruned, image, 1)


def test_a_network_is_rebuilt_from_its_widths() -> None:
    network, image = network_of("attention_unet"), image_of("attention_unet")
    first = masks_of("attention_unet", network, {"default": 0.25})
    once = prune(network, first)
    twice = prune(once, masks_of("attention_unet", once, {"encoder": 0.5}))
    said = pruned_of(twice)
    assert said is not None
    assert [step.ratios for step in said.steps] == [{"default": 0.25}, {"encoder": 0.5}]
    assert said.steps[0].masks_sha256 == first.sha256
    other = network_of("attention_unet")
    narrow(other, said.widths)
    other.load_state_dict(twice.state_dict())
    assert torch.equal(other(image), twice(image))


def test_the_original_is_left_alone() -> None:
    network = network_of("unet_light")
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    prune(network, masks_of("unet_light", network, {"default": 0.5}))
    assert pruned_of(network) is None
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())


@pytest.mark.parametrize(
    ("layers", "error", "told"),
    [
        ({"encoder.9.0": Layer(outputs=(0,))}, ModelSourceError, "has no layer 'encoder.9.0'"),
        ({"encoder.0.2": Layer(outputs=(0,))}, ModelSourceError, "'encoder.0.2' is a ReLU"),
        ({"encoder.0.0": Layer(outputs=(0, 8))}, CheckpointError, "keeps channel 8 of 8"),
        ({"encoder.0.1": Layer(outputs=(0, 1))}, ModelSourceError, "keep the same channels"),
        ({"encoder.0.0": Layer(outputs=(0, 1))}, CheckpointError, "the pruned network does not run"),
        ({"head": Layer(outputs=(0,))}, CheckpointError, "1 of its 3 outputs"),
    ],
)
def test_masks_that_do_not_fit(layers: dict[str, Layer], error: type[EdgecError], told: str) -> None:
    network = network_of("unet", out_channels=3)
    masks = masks_of("unet", network, {}).model_copy(update={"layers": layers})
    with pytest.raises(error, match=told):
        check_runs(prune(network, masks), image_of("unet"), 3)
