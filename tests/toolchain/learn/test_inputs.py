import pytest
from torch import nn

from edgec.errors import UsageError
from edgec.learn.inputs import check_range, first_channels
from edgec.learn.task import SegmentationTask
from edgec.recipe import Recipe
from edgec.recipe.input_spec import input_spec
from edgec.source.network import make_network


def recipe_of(**more: object) -> Recipe:
    return Recipe.model_validate({"model": "m", "size": (32, 32), **more})


def test_the_first_convolution_tells_the_channels() -> None:
    assert first_channels(nn.Sequential(nn.ReLU(), nn.Conv2d(5, 2, 1), nn.Conv2d(2, 1, 1))) == 5
    with pytest.raises(UsageError, match="no Conv2d"):
        first_channels(nn.ReLU())


@pytest.mark.parametrize("moved", [{"mean": (0.5,)}, {"std": (0.25,)}, {"scale": 1.0}])
def test_images_that_a_network_would_clip_are_refused(moved: dict[str, object]) -> None:
    clipping, other = make_network("blu_net_fast", {"widths": [32]}), make_network("unet_light", {})
    spec = input_spec(recipe_of(**moved), 1)
    with pytest.raises(UsageError, match="clips its images"):
        check_range(clipping, spec)
    check_range(other, spec)
    check_range(clipping, input_spec(recipe_of(scale=0.0039216), 1))
    with pytest.raises(UsageError, match="clips"):
        SegmentationTask(clipping, recipe_of(**moved))
