import csv
import json
from pathlib import Path

import cv2
import pytest
import torch
from tests.tiny import TINY

from edgec.learn.prune.choice import choose, layer_masks
from edgec.learn.prune.filters import by_norm
from edgec.learn.prune.groups import coupled_groups
from edgec.learn.prune.masks import Masks
from edgec.recipe import PruneRecipe
from edgec.zoo import create

SMALL = ("unet_light", "--option", "widths=[4,8]", "--size", "32x48")


def test_the_layers_of_a_network_and_what_to_run_next(here) -> None:
    finished = here("inspect", *SMALL)
    assert finished.returncode == 0, finished.stderr
    assert "Conv2d 3x3 depthwise" in finished.stdout
    assert "edgec inspect unet_light --target cpu" in finished.stderr


def test_a_folder_with_a_table_and_pictures(here, tmp_path: Path) -> None:
    finished = here("inspect", *SMALL, "--json", "--out", str(tmp_path / "seen"))
    document = json.loads(finished.stdout)
    assert document["input"] == [1, 32, 48]
    rows = list(csv.DictReader((tmp_path / "seen/layers.csv").read_text().splitlines()))
    assert [row["name"] for row in rows] == [layer["name"] for layer in document["layers"]]
    assert sum(int(row["parameters"]) for row in rows) == document["parameters"]
    assert cv2.imread(str(tmp_path / "seen/histograms-1.png")) is not None


@pytest.mark.slow
def test_where_the_time_goes_by_the_blocks_of_the_module(here) -> None:
    finished = here("inspect", f"{TINY}:binary", "--size", "32x48", "--target", "cpu", "--json")
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    (times,) = document["times"]
    assert (times["target"], times["precision"]) == ("cpu", "int8-static")
    names = [block["name"] for block in times["blocks"]]
    assert {"down", "inner", "up", "join", "head"} <= set(names)
    spent = [block["ms"] for block in times["blocks"]]
    assert spent == sorted(spent, reverse=True)
    assert sum(block["share"] for block in times["blocks"]) == pytest.approx(1, abs=1e-3)
    assert sum(block["parameters"] for block in times["blocks"]) == document["parameters"]


def test_masks_and_their_picture(here, tmp_path: Path) -> None:
    network = create("unet", widths=(16,))
    groups = coupled_groups(network, torch.rand(1, 1, 32, 32))
    chosen = choose(groups, by_norm(network, groups, 1), PruneRecipe(ratios={"default": 0.5}))
    fields = {"model": "unet", "options": {"widths": (16,)}, "source_sha256": "0" * 64, "method": "l1"}
    fields |= {"granularity": "block", "ratios": {"default": 0.5}, "multiple": 8, "groups": chosen}
    masks = Masks.model_validate({**fields, "layers": layer_masks(network, groups, chosen)})
    (tmp_path / "masks.json").write_text(masks.to_json())
    finished = here("inspect", str(tmp_path / "masks.json"), "--out", str(tmp_path / "seen"), "--json")
    assert finished.returncode == 0, finished.stderr
    document = json.loads(finished.stdout)
    assert [len(group["kept"]) for group in document["groups"]] == [len(group.kept) for group in chosen]
    assert cv2.imread(str(tmp_path / "seen/channels.png")) is not None
    assert (tmp_path / "seen/channels.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("unet_light", "--ops"), "--ops"),
        (("unet_light", "--precision", "fp32"), "name its --target too"),
        (("net.onnx",), "cannot be trained"),
        (("none.json",), "cannot read the masks none.json"),
        (("none.json", "--target", "cpu"), "--target"),
        (("none.edgec", "--size", "64"), "--size"),
        (("unet_light", "--model", "unet"), "network of a checkpoint"),
    ],
)
def test_what_does_not_go_together_is_refused(here, words: tuple[str, ...], said: str) -> None:
    finished = here("inspect", *words)
    assert finished.returncode == 2
    assert said in finished.stderr
