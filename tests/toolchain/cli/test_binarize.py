"""`edgec binarize`, and the bundle of what it makes."""

import json
from pathlib import Path

import cv2
import pytest
from tests.toolchain.cli.conftest import Run

from edgec.data import open_dataset
from edgec_runtime import Session

SMALL = ("size=[32,32]", "train.crop=32", "train.batch=2", "train.threads=1", "distil.hints.epochs=1")


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, _bare_environment: None) -> None:
    """Four images of nuclei in the current folder."""
    for kind in ("images", "masks"):
        (tmp_path / "few" / kind).mkdir(parents=True)
    for sample in open_dataset("nuclei#train")[:4]:
        assert sample.mask is not None
        cv2.imwrite(str(tmp_path / "few/images" / f"{sample.name}.png"), sample.image)
        cv2.imwrite(str(tmp_path / "few/masks" / f"{sample.name}.png"), sample.mask)


def words(*recipe: str) -> list[str]:
    line = ["binarize", *recipe, "--data", "few", "--epochs", "1", "--resume", "run", "--json"]
    return [*line, "--option", "widths=[32]", *(word for each in SMALL for word in ("--set", each))]


def test_it_learns_in_full_precision_then_in_binary_and_is_built(here: Run, edgec: Run) -> None:
    finished = here(*words())
    assert finished.returncode == 0, finished.stderr
    stages = json.loads(finished.stdout)["stages"]
    assert [stage["name"] for stage in stages] == ["hints-encoder", "hints-decoder", "task"]
    assert all(Path(stage["run"], "metrics.csv").is_file() for stage in stages)

    built = edgec(
        "build", "--recipe", "run/recipe.yaml", "--set", "checkpoint=run/best.safetensors", "--json"
    )
    document = json.loads(built.stdout)
    rows = {row["precision"]: row for row in document["variants"]}
    refused = rows["binary"]["status"] == "refused"  # without kernels it is slower
    assert built.returncode == int(refused), built.stderr
    assert rows["fp32"]["status"] == "built"
    assert rows["binary"]["status"] == "built" or "slower than fp32" in rows["binary"]["reason"]


def test_the_published_network_is_another_recipe_whose_weights_are_bits(here: Run, edgec: Run) -> None:
    finished = here(*words("nuclei-blu-net"), "--option", "levels=2")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["stages"][-1]["name"] == "task"

    built = edgec(
        *("build", "--recipe", "run/recipe.yaml", "--set", "checkpoint=run/best.safetensors"),
        *("--no-measure", "--json"),
    )
    assert built.returncode == 0, built.stderr
    document = json.loads(built.stdout)
    size = {row["precision"]: row["size_bytes"] for row in document["variants"]}
    assert size["fp32"] > 2 * size["binary"]
    with Session.open(document["bundle"], precision="binary") as session:
        assert session.precision_in_force == "binary weights, f32"


def test_a_build_of_a_checkpoint_in_binary(here: Run, edgec: Run) -> None:
    assert here(*words()).returncode == 0
    line = (
        "build",
        "--model",
        "blu_net_fast",
        "--option",
        "widths=[32]",
        "--checkpoint",
        "run/best.safetensors",
    )
    size = ("--quant", "binary", "--size", "32x32", "--no-measure", "--calibration", "few/images")
    targets = [word for name in ("cpu", "openvino", "tflite") for word in ("--target", name)]
    built = edgec(*line, *size, *targets, "--json")
    assert built.returncode == 1  # TFLite's row says why it was not done
    rows = {(row["target"], row["precision"]): row for row in json.loads(built.stdout)["variants"]}
    assert rows["cpu", "binary"]["status"] == rows["openvino", "binary"]["status"] == "built"
    assert rows["cpu", "fp32"]["size_bytes"] > 3 * rows["cpu", "binary"]["size_bytes"]
    assert "tflite cannot run binary: our kernels" in rows["tflite", "binary"]["reason"]
    bundle = json.loads(built.stdout)["bundle"]
    manifest = json.loads(Path(bundle).with_suffix("").joinpath("manifest.json").read_text())
    found = {each["engine"]: each for each in manifest["variants"] if each["precision"] == "binary"}
    assert all(each["parity"]["max_error"] < 1e-5 for each in found.values())
    assert found["openvino"]["architectures"] == ["x86_64"]
    ran = edgec("verify", bundle, "--model", "blu_net_fast", "--checkpoint", "run/best.safetensors")
    assert ran.returncode == 0, ran.stderr + ran.stdout


def test_nothing_long_begins_without_being_named(here: Run) -> None:
    done = here("binarize")
    assert done.returncode == 2
    assert "name a RECIPE, such as nuclei-blu-net-fast" in done.stderr
    assert not Path("runs").exists()


def test_a_network_without_signs_says_so(here: Run) -> None:
    built = here(
        "build",
        "--model",
        "unet_light",
        "--quant",
        "binary",
        "--target",
        "cpu",
        "--no-measure",
        "--size",
        "32x32",
    )
    assert built.returncode == 1
    assert "no binary convolution" in built.stdout + built.stderr
