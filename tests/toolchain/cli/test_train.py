"""`edgec train`, and what is done with the checkpoints that it writes."""

import json
from pathlib import Path

import cv2
import pytest
from safetensors.torch import load_file, save_file
from tests.tiny import TINY
from tests.toolchain.learn.made import squares

SMALL = (
    *("--set", "size=[32, 32]", "--set", "train.crop=16", "--set", "train.batch=4"),
    *("--set", "train.threads=1", "--set", "train.lr=2e-2", "--set", "train.average=0.5"),
)
NARROW = ("--option", "widths=[4, 8]", "--set", "options.bottleneck=8")


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(squares(tmp_path / "squares", 10))


@pytest.fixture
def trained(here, data: str) -> Path:
    """The folder of a run."""
    finished = here(
        "train", "--model", "unet_light", "--data", data, "--epochs", "2", *NARROW, *SMALL, "--json"
    )
    assert finished.returncode == 0, finished.stderr
    return Path(json.loads(finished.stdout)["run"])


def test_a_run_leaves_all_that_it_says(trained: Path) -> None:
    assert trained.parent == Path("runs/unet_light")
    names = {path.name for path in trained.iterdir()}
    files = ("best.safetensors", "last.ckpt", "recipe.yaml", "metrics.json", "metrics.csv")
    assert names == {*files, "curves.png", "samples.png"}
    for name in ("curves.png", "samples.png"):
        picture = cv2.imread(str(trained / name))
        assert picture is not None
        assert picture.std() > 10, "not an empty page"


def test_plain_lines_tell_each_epoch_and_what_to_do_next(edgec, data: str) -> None:
    words = ("train", "--model", "unet_light", "--data", data, "--epochs", "2", *NARROW, *SMALL)
    finished = edgec(*words)
    assert finished.returncode == 0, finished.stderr
    lines = finished.stderr.splitlines()
    epochs = [line for line in lines if line.startswith("epoch ")]
    assert [line.split(" s ")[0].rsplit(" ", 1)[0].strip() for line in epochs] == [
        "epoch 1 of 2",
        "epoch 2 of 2",
    ]
    assert all("loss " in line and ", Dice " in line for line in epochs)
    assert "gets the results; after an interruption the same command goes on there" in lines[0]
    assert any(line.startswith("  edgec build --recipe runs/unet_light/") for line in lines)
    assert "images of squares#val, after" in finished.stdout
    assert "\x1b" not in finished.stderr + finished.stdout


def test_its_checkpoint_names_its_network_to_build_and_eval(here, trained: Path, data: str) -> None:
    best = str(trained / "best.safetensors")
    flags = ("--target", "cpu", "--quant", "fp32", "--no-measure")
    finished = here("build", "--checkpoint", best, *flags, "--json")
    assert finished.returncode == 0, finished.stderr
    manifest = json.loads(
        (Path(json.loads(finished.stdout)["bundle"]).with_suffix("") / "manifest.json").read_text()
    )
    assert (manifest["input"]["height"], manifest["input"]["width"]) == (32, 32)
    assert [one["name"] for one in manifest["output"]["classes"]] == ["background", "foreground"]
    names = ("--classes", "nothing,square", "--size", "64x64", "--name", "other")
    finished = here("build", "--checkpoint", best, *flags, *names, "--json")
    manifest = json.loads(
        (Path(json.loads(finished.stdout)["bundle"]).with_suffix("") / "manifest.json").read_text()
    )
    assert manifest["input"]["height"] == 64
    assert [one["name"] for one in manifest["output"]["classes"]] == ["nothing", "square"]
    assert here("eval", best, "--data", data).returncode == 0


def test_its_recipe_builds_it(here, trained: Path) -> None:
    words = ("--recipe", str(trained / "recipe.yaml"), "--set", f"checkpoint={trained / 'best.safetensors'}")
    only = ("--set", "targets=[cpu]", "--set", "precisions=[fp32]", "--no-measure")
    assert here("build", *words, *only).returncode == 0


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "null",
        '"' + "x" * 70_000 + '"',
        "[" * 5000,
        '{"schema": 1}',
        '{"schema": 2}',
        json.dumps({"schema": 1, "model": 3}),
        "\x1b[2J",
    ],
)
def test_hostile_words_of_a_checkpoint_are_refused(here, trained: Path, said: str) -> None:
    weights = load_file(trained / "best.safetensors")
    save_file(weights, "hostile.safetensors", {"edgec": said})
    finished = here("build", "--checkpoint", "hostile.safetensors")
    assert finished.returncode == 2
    assert "hostile.safetensors: what it says of itself" in finished.stderr
    assert "\x1b" not in finished.stderr


def test_no_checkpoint_decides_which_code_is_run(here, data: str) -> None:
    own = ("--model", f"{TINY}:binary", "--data", data, "--epochs", "1")
    run = json.loads(here("train", *own, *SMALL, "--json").stdout)
    finished = here("build", "--checkpoint", run["checkpoint"])
    assert finished.returncode == 2
    assert "is of a network of your own" in finished.stderr
    assert "name it with --model" in finished.stderr


def test_a_learning_rate_is_found(here, data: str) -> None:
    words = ("train", "--model", "unet_light", "--data", data, *NARROW, *SMALL, "--find-lr")
    document = json.loads(here(*words, "--json").stdout)
    assert cv2.imread(document["picture"]) is not None
    assert here(*words).stdout.strip() == f"suggested: train.lr={document['suggestion']:.2g}"
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "name a RECIPE, or a network with --model"),
        (("--model", "unet_light"), "nothing to learn from: give --data"),
        (("nuclei-unet-lihgt",), "did you mean 'nuclei-unet-light'"),
        (("nuclei-unet-light", "--set", "train.lr=0"), "--set train.lr=0: train.lr: Input should be greater"),
        (("nuclei-unet-light", "--set", "train.lrr=1"), "'lrr' is not a key of train: did you mean 'lr'"),
        (("nuclei-unet-light", "--data", "nowhere"), "nowhere"),
        (("nuclei-unet-light", "--log", "tensorbord"), "tensorboard"),
        (("nuclei-unet-light", "--nodes", "2"), "name the run's folder with --resume"),
        (("nuclei-unet-light", "--set", "train.start=no.pt"), "no.pt"),
        (("nuclei-unet-light", "--set", "train.class_weights=[1, 2, 3]"), "3 weights, the data 2 classes"),
        (
            ("nuclei-unet-light", "--epochs", "1", "--set", "train.keep_epoch=2"),
            "keep_epoch 2 is after the last",
        ),
    ],
)
def test_what_is_wrong_is_told_and_leaves_nothing(here, words: tuple[str, ...], why: str) -> None:
    finished = here("train", *words)
    assert finished.returncode == 2
    assert why in finished.stderr
    assert not Path("runs").exists()


def test_a_training_that_diverges_says_what_to_do(here, data: str) -> None:
    words = ("--set", "train.lr=1e30", "--set", "train.optimizer=sgd", "--set", "train.schedule=constant")
    finished = here("train", "--model", "unet_light", "--data", data, *NARROW, *SMALL, *words)
    assert finished.returncode == 2
    assert "the training diverged. Set a smaller train.lr or a train.clip" in finished.stderr
