"""A checkpoint in torch is judged as its bundle's fp32 is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from tests import tiny
from tests.tiny import TINY

from edgec import zoo
from edgec.errors import DataError, UsageError
from edgec.evaluation import Detail, evaluate
from edgec.evaluation.checkpoint import evaluate_checkpoint
from edgec.pipeline import build
from edgec.recipe import Recipe


@pytest.fixture
def colours(tmp_path: Path) -> Path:
    """Three images of 40x56 in colour, with masks of three classes."""
    random = np.random.default_rng(0)
    for folder, shape, values in (("images", (40, 56, 3), 256), ("masks", (40, 56), 3)):
        (tmp_path / folder).mkdir()
        for name in "abc":
            pixels = random.integers(values, size=shape).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / folder / f"{name}.png")
    return tmp_path


def decided() -> tiny.TinyUNet:
    """A network of three classes that finds others where its colours change."""
    network = tiny.three_classes()
    torch.nn.init.normal_(network.down[0].weight, std=2)
    return tiny.balanced(network)


def test_the_checkpoint_and_its_bundle_score_the_same(
    tiny_recipe: Recipe, tiny_bundle: Path, few_nuclei: Path
) -> None:
    (built,) = evaluate(tiny_bundle, str(few_nuclei), ("cpu",), ("fp32",), threads=1)
    found = evaluate_checkpoint(tiny_recipe, str(few_nuclei), threads=1)
    assert (found.target, found.engine, found.precision, found.reason) == ("torch", "torch", "fp32", None)
    assert found.metrics == pytest.approx(built.metrics, abs=1e-4)
    assert [image.name for image in found.images] == [image.name for image in built.images]


@pytest.mark.slow
def test_colour_normalization_size_and_several_classes_as_in_the_bundle(
    colours: Path, tmp_path: Path
) -> None:
    """The recipe's every word about the image matters here, and the masks are at the images' own size."""
    weights = tmp_path / "weights.pt"
    torch.save({"state_dict": decided().state_dict()}, weights)
    recipe = Recipe(
        model=f"{TINY}:three_classes",
        checkpoint=weights,
        size=(32, 48),
        colour="bgr",
        scale=1 / 127,
        mean=(0.3, 0.5, 0.9),
        std=(0.5, 0.2, 0.7),
        targets=("cpu",),
        precisions=("fp32",),
        calibration=str(colours),
    )
    bundle = build(recipe, tmp_path, slower="unmeasured").bundle
    (built,) = evaluate(bundle, str(colours), threads=1)
    found = evaluate_checkpoint(recipe, str(colours))
    assert found.metrics == pytest.approx(built.metrics, abs=5e-3)
    assert found.classes == ("class-1", "class-2")
    other = evaluate_checkpoint(recipe.model_copy(update={"colour": "rgb"}), str(colours))
    assert other.metrics != pytest.approx(found.metrics, abs=5e-3)


def test_the_network_of_the_zoo_gives_probabilities_and_a_users_own_logits(
    tmp_path: Path, few_nuclei: Path
) -> None:
    """The same network with and without its sigmoid scores the same."""
    network = zoo.create("unet_light", widths=[4], bottleneck=8)
    weights = tmp_path / "weights.safetensors"
    save_file(network.state_dict(), weights)
    own = tmp_path / "own.py"
    own.write_text(
        "from torch import nn\nfrom edgec import zoo\n"
        "class Logits(nn.Module):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.network = zoo.create('unet_light', widths=[4], bottleneck=8)\n"
        "    def forward(self, image):\n"
        "        return self.network.logits(image) * 40\n"
    )
    options = {"widths": (4,), "bottleneck": 8}
    ours = Recipe(model="unet_light", options=options, checkpoint=weights, size=(64, 64))
    renamed = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    save_file(renamed, tmp_path / "own.safetensors")
    theirs = Recipe(model=f"{own}:Logits", checkpoint=tmp_path / "own.safetensors", size=(64, 64))
    found = [evaluate_checkpoint(recipe, str(few_nuclei)).metrics for recipe in (ours, theirs)]
    assert found[0] == pytest.approx(found[1])


def test_what_is_no_checkpoint_is_refused(tiny_recipe: Recipe, tmp_path: Path, few_nuclei: Path) -> None:
    with pytest.raises(UsageError, match="without weights"):
        evaluate_checkpoint(
            Recipe(model="unet_light", options={"widths": (4,), "bottleneck": 8}), str(few_nuclei)
        )
    with pytest.raises(UsageError, match=r"3 classes .* 2 apart"):
        evaluate_checkpoint(tiny_recipe.model_copy(update={"classes": ("none", "a", "b")}), str(few_nuclei))
    network, example = tiny.binary().eval(), torch.zeros(1, 1, 32, 48)
    torch.onnx.export(network, (example,), tmp_path / "net.onnx", dynamo=True)
    with pytest.raises(UsageError, match="is an ONNX file"):
        evaluate_checkpoint(Recipe(model=str(tmp_path / "net.onnx")), str(few_nuclei))


def test_another_number_of_classes_than_the_data_has(colours: Path) -> None:
    with pytest.raises(DataError, match="only 0 and 1"):
        evaluate_checkpoint(Recipe(model=f"{TINY}:binary", size=(32, 48)), str(colours))


def test_threads_are_as_they_were(tiny_recipe: Recipe, few_nuclei: Path) -> None:
    before = torch.get_num_threads()
    found = evaluate_checkpoint(tiny_recipe, str(few_nuclei), threads=before + 1, detail=Detail(worst=1))
    assert torch.get_num_threads() == before
    assert replace(found, worst=()) == replace(evaluate_checkpoint(tiny_recipe, str(few_nuclei)), worst=())
