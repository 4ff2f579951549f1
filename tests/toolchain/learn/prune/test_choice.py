"""How many channels stay, and which."""

import pytest
import torch
from tests.toolchain.learn.prune.networks import image_of, network_of

from edgec.errors import UsageError
from edgec.learn.prune.choice import choose
from edgec.learn.prune.filters import at_random
from edgec.learn.prune.find import step_ratios
from edgec.learn.prune.groups import coupled_groups
from edgec.learn.prune.ratios import group_ratios, kept_count
from edgec.recipe import PruneRecipe

NETWORK = network_of("unet_light", widths=(16, 32))
GROUPS = coupled_groups(NETWORK, image_of("unet_light"))


@pytest.mark.parametrize(
    ("width", "wanted", "multiple", "kept"),
    [
        (64, 64 * 0.7, 8, 48),  # 44.8 is nearer to 48 than to 40
        (32, 22.4, 8, 24),
        (32, 0.3, 8, 8),  # at least one multiple
        (12, 6.0, 8, 8),
        (12, 11.9, 8, 8),
        (4, 1.0, 8, 4),  # never more than there are
        (20, 20.0, 8, 20),  # what is not pruned is not rounded
        (20, 19.0, 8, 16),
        (5, 2.2, 1, 2),
    ],
)
def test_kept_count(width: int, wanted: float, multiple: int, kept: int) -> None:
    assert kept_count(width, wanted, multiple) == kept


def test_ratios_of_blocks() -> None:
    ratios = {"default": 0.2, "encoder": 0.4, "encoder.1": 0.1}
    found = dict(zip((group.layer for group in GROUPS), group_ratios(ratios, GROUPS), strict=True))
    assert found["encoder.0.0.1"] == 0.4
    assert found["encoder.1.0.1"] == 0.1
    assert found["bottleneck.0.1"] == 0.2


def test_of_several_blocks_the_least_ratio_counts() -> None:
    network = network_of("eunet")
    groups = coupled_groups(network, image_of("eunet"))
    skip = next(group for group in groups if "up.0" in group.blocks)
    assert "encoder.0" in skip.blocks
    (ratio,) = group_ratios({"default": 0.5, "encoder.0": 0.1}, [skip])
    assert ratio == 0.1


def test_an_unknown_block() -> None:
    with pytest.raises(UsageError, match=r"no block 'encoders\.1' to prune: choose from encoder\.0, "):
        group_ratios({"encoders.1": 0.1}, GROUPS)


def test_a_prefix_is_whole_words() -> None:
    with pytest.raises(UsageError, match="no block 'enc'"):
        group_ratios({"enc": 0.1}, GROUPS)


def test_the_highest_scores_stay() -> None:
    scores = [torch.arange(group.width, dtype=torch.float64) for group in GROUPS]
    for mask in choose(GROUPS, scores, PruneRecipe(ratios={"default": 0.5}, multiple=1)):
        assert mask.kept == tuple(range(mask.width // 2, mask.width))


def test_one_ranking_of_all() -> None:
    """Groups whose scores are alike lose nothing, those with many low ones much, but keep a multiple."""
    scores = [torch.ones(group.width, dtype=torch.float64) for group in GROUPS]
    scores[0] = torch.tensor([1e-9] * 15 + [1.0], dtype=torch.float64)
    recipe = PruneRecipe(ratios={"default": 0.04}, granularity="global", multiple=4)
    found = choose(GROUPS, scores, recipe)
    assert len(found[0].kept) == 4
    assert 15 in found[0].kept
    assert all(len(mask.kept) == mask.width for mask in found[1:])


def test_no_scale_decides_one_ranking() -> None:
    scores = at_random(GROUPS, 0)
    larger = [values * (10.0**place) for place, values in enumerate(scores)]
    recipe = PruneRecipe(ratios={"default": 0.4}, granularity="global", multiple=1)
    plain, scaled = choose(GROUPS, scores, recipe), choose(GROUPS, larger, recipe)
    assert [mask.kept for mask in plain] == [mask.kept for mask in scaled]
    share = sum(len(mask.kept) for mask in plain) / sum(mask.width for mask in plain)
    assert share == pytest.approx(0.6, abs=0.02)


def test_steps_take_the_whole_together() -> None:
    left = 1.0
    for ratios in step_ratios({"default": 0.6}, 3):
        left *= 1 - ratios["default"]
    assert left == pytest.approx(0.4, abs=1e-5)
    assert step_ratios({"default": 0.3}, 1) == [{"default": 0.3}]
