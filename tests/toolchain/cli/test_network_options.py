import json
from pathlib import Path

import pytest

from edgec_runtime.bundle import Bundle

TINY = ("--option", "widths=[4,8]", "--option", "out_channels=3", "--size", "16x16", "--no-measure")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from edgec.cli.app import run

    out = tmp_path_factory.mktemp("options")
    words = ("build", "--model", "unet_light", *TINY, "--target", "cpu", "--quant", "fp32")
    assert run([*words, "--out", str(out)]) == 0
    return out / "unet_light-1.0.0.edgec"


def test_options_make_the_network_and_stand_in_the_manifest(built: Path) -> None:
    manifest = Bundle.open(built).manifest
    assert manifest.output.channels == 3
    assert manifest.output.activation == "none"
    assert manifest.output.decision == "argmax"
    assert manifest.lineage.recipe["options.widths"] == (4, 8)
    assert manifest.lineage.checkpoint_sha256 is None  # the shipped weights are those of other widths


def test_a_bundle_is_verified_against_the_network_of_its_options(here, built: Path) -> None:
    finished = here("verify", str(built), "--json")
    assert finished.returncode == 0, finished.stderr
    assert [rung["name"] for rung in json.loads(finished.stdout)["rungs"]][:2] == ["torch", "exported"]


@pytest.mark.parametrize(
    ("option", "answer"),
    [
        ("depth=3", "no option 'depth'. Its options: in_channels=1"),
        ("widths=[4,0]", "'widths.1': Input should be greater"),
        ("widths=yes", "'widths'"),
        ("widths", "write KEY=VALUE"),
        ("widths=[4", "--option widths=[4"),
        ("widths={a: 1}", "--option"),
    ],
)
def test_what_is_no_option_is_refused(here, option: str, answer: str) -> None:
    finished = here("build", "--model", "unet_light", "--option", option, "--size", "16x16")
    assert finished.returncode == 2
    assert answer in finished.stderr.replace("\n", " ")


def test_a_file_of_ones_own_has_no_options(here) -> None:
    finished = here("build", "--model", "net.py:make", "--option", "widths=[4]")
    assert finished.returncode == 2
    assert "only networks of `edgec models` have options" in finished.stderr


def test_a_recipe_says_the_options_itself(here, tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("model: unet_light\noptions: {widths: [4, 8]}\n")
    finished = here("build", "--recipe", str(recipe), "--option", "widths=[8]")
    assert finished.returncode == 2
    assert "--option and --recipe say the same: use --set options=VALUE" in finished.stderr


def test_volumes_are_refused_with_what_to_do(here) -> None:
    finished = here("build", "--model", "unet3d", "--option", "widths=[4]")
    assert finished.returncode == 2
    assert "volumes" in finished.stderr
    assert "torch.onnx.export" in finished.stderr
    assert "Traceback" not in finished.stderr
