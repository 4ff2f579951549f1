"""Each score ranks the channel lowest that is the least worth by it."""

import copy

import pytest
import torch
from tests.toolchain.learn.prune.networks import image_of, network_of
from torch import Tensor, nn
from torch.nn import functional

from edgec.errors import UsageError
from edgec.learn.batches import Batch
from edgec.learn.prune.groups import Group, coupled_groups
from edgec.learn.prune.scores import score
from edgec.recipe import PruneRecipe

NETWORK = network_of("unet")
GROUPS = coupled_groups(NETWORK, image_of("unet"))
FIRST = next(group for group in GROUPS if group.layer == "encoder.0.0")
BATCH: Batch = {"image": torch.rand(2, 1, 32, 32), "mask": torch.ones(2, 32, 32, dtype=torch.int64)}


def _scores(network: nn.Module, method: str, threshold: float = 0.9) -> list[Tensor]:
    def loss(batch: Batch) -> Tensor:
        logits = network.logits(batch["image"])  # type: ignore[operator]
        return functional.binary_cross_entropy_with_logits(logits[:, 0], batch["mask"].float())

    recipe = PruneRecipe.model_validate({"method": method, "threshold": threshold})
    return score(network, GROUPS, recipe, lambda: [BATCH], loss, seed=0)


def _first(scores: list[Tensor]) -> Tensor:
    return scores[GROUPS.index(FIRST)]


@pytest.mark.parametrize("method", ["l1", "l2", "taylor"])
def test_a_filter_of_zeros_is_worth_nothing(method: str) -> None:
    network = copy.deepcopy(NETWORK)
    network.get_submodule("encoder.0.0").weight.data[3] = 0  # type: ignore[union-attr, operator]
    found = _first(_scores(network, method))
    assert found.shape == (8,)
    assert float(found[3]) == float(found.min()) == 0


def test_l1_and_l2_are_the_norms() -> None:
    weight = NETWORK.get_submodule("encoder.0.0").weight
    assert isinstance(weight, Tensor)
    rows = weight.detach().double().flatten(1)
    assert torch.allclose(_first(_scores(NETWORK, "l1")), rows.abs().sum(1))
    assert torch.allclose(_first(_scores(NETWORK, "l2")), (rows**2).sum(1).sqrt())


def test_the_filters_of_a_transposed_convolution_are_its_columns() -> None:
    up = next(group for group in GROUPS if group.layer == "up.0")
    weight = NETWORK.get_submodule("up.0").weight
    assert isinstance(weight, Tensor)
    found = _scores(NETWORK, "l1")[GROUPS.index(up)]
    assert torch.allclose(found, weight.detach().double().abs().sum(dim=(0, 2, 3)))


def test_the_scale_of_batchnorm() -> None:
    network = copy.deepcopy(NETWORK)
    network.get_submodule("encoder.0.1").weight.data[5] = -0.01  # type: ignore[union-attr, operator]
    assert int(_first(_scores(network, "batchnorm")).argmin()) == 5
    plain = network_of("unet", norm=False)
    recipe = PruneRecipe(method="batchnorm")
    groups: tuple[Group, ...] = coupled_groups(plain, image_of("unet"))
    with pytest.raises(UsageError, match="no BatchNorm to rank channels by"):
        score(plain, groups, recipe, lambda: [], lambda _: torch.zeros(()), 0)


@pytest.mark.parametrize("method", ["pearson", "cosine"])
def test_a_channel_that_repeats_another_goes_first(method: str) -> None:
    network = copy.deepcopy(NETWORK)
    layer = network.get_submodule("encoder.0.0")
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    layer.weight.data[6] = 0.5 * layer.weight.data[1]
    layer.bias.data[6] = 0.5 * layer.bias.data[1]
    found = _first(_scores(network, method, threshold=0.999))
    assert int(found.argmin()) == 6
    assert float(found[6]) < 0.001
    assert bool((found[[0, 1, 2]] >= 1).all())


def test_a_shifted_channel_is_redundant_by_pearson_alone() -> None:
    network = copy.deepcopy(NETWORK)
    layer = network.get_submodule("encoder.0.0")
    assert isinstance(layer, nn.Conv2d)
    assert layer.bias is not None
    layer.weight.data[6] = layer.weight.data[1]
    layer.bias.data[6], layer.bias.data[1] = 0.2, -3.0
    assert float(_first(_scores(network, "pearson", threshold=0.999))[6]) < 0.001
    assert float(_first(_scores(network, "cosine", threshold=0.999))[6]) >= 1


def test_chance_is_seeded() -> None:
    once, again = _scores(NETWORK, "random"), _scores(NETWORK, "random")
    assert all(torch.equal(a, b) for a, b in zip(once, again, strict=True))
    assert not torch.equal(once[0], once[1])


def test_scores_change_nothing() -> None:
    network = copy.deepcopy(NETWORK).requires_grad_(False)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for method in ("taylor", "pearson", "cosine"):
        _scores(network, method)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
