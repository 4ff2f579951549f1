"""`edgec prune`"""

import json
from pathlib import Path

import pytest
from tests.toolchain.cli.conftest import Run
from tests.toolchain.learn.made import squares

from edgec.recipe import Recipe
from edgec.training import train

OPTIONS = ("--set", "train.crop=16", "--set", "train.batch=4", "--set", "train.threads=1")
SMALL = (*OPTIONS, "--set", "prune.multiple=4", "--set", "prune.recalibrate=1")
FIRST = "first/best.safetensors"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    squares(folder / "squares", 8)
    fields = {
        "model": "unet_light",
        "options": {"widths": (8, 16)},
        "size": (32, 32),
        "data": {"path": "squares"},
        "train": {"epochs": 8, "batch": 4, "crop": 16, "threads": 1, "lr": 0.02, "average": 0.5},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        train(Recipe.model_validate(fields), resume=Path("first"))
    return folder


@pytest.fixture(autouse=True)
def _here(trained: Path, tmp_path: Path, _bare_environment: None) -> None:
    for name in ("squares", "first"):
        (tmp_path / name).symlink_to(trained / name)


@pytest.mark.slow
def test_prune_apply_build_and_verify(here: Run) -> None:
    done = here("prune", FIRST, "--data", "squares", "--ratio", "0.5", "--epochs", "4", *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    run = Path(document["run"])
    assert document["steps"][0]["size"]["parameters"] < document["before"]["size"]["parameters"]
    names = {
        "best.safetensors",
        "pruned.safetensors",
        "masks.json",
        "metrics.json",
        "build.yaml",
        "samples.png",
    }
    assert names <= {path.name for path in run.iterdir()}
    applied = here("prune", "--apply", str(run / "masks.json"), FIRST, "--out", "again.safetensors", "--json")
    assert applied.returncode == 0, applied.stderr
    after = json.loads(applied.stdout)["after"]
    assert after["parameters"] == document["steps"][0]["size"]["parameters"]
    both = ("--set", "precisions=[int8-static,fp16]")
    built = here("build", "--recipe", document["build"], *both, "--no-measure", "--json")
    assert built.returncode == 0, built.stderr
    bundle = json.loads(built.stdout)
    said = [(row["target"], row["precision"]) for row in bundle["variants"]]
    precisions = ("fp32", "fp16", "int8-static")
    assert said == [(target, each) for target in ("cpu", "openvino", "tflite") for each in precisions]
    assert all(row["reason"] is None for row in bundle["variants"])
    benched = here("bench", bundle["bundle"], "--target", "cpu", "--duration", "0.1s", "--json")
    assert [row["precision"] for row in json.loads(benched.stdout)["measurements"]] == [*precisions]
    manifest = json.loads(here("info", bundle["bundle"], "--json").stdout)
    (pruning,) = manifest["lineage"]["pruning"]
    assert pruning["masks_sha256"] == json.loads(applied.stdout)["masks_sha256"]
    assert (pruning["method"], pruning["ratios"]) == ("l1", {"default": 0.5})
    assert "0.5 by l1 (block), from checkpoint" in here("info", bundle["bundle"]).stdout
    words = (
        "--model",
        "unet_light",
        "--checkpoint",
        document["checkpoint"],
        "--calibration",
        "squares#train",
    )
    verified = here("verify", bundle["bundle"], *words)
    assert verified.returncode == 0, verified.stdout + verified.stderr


def test_what_is_shown(here: Run) -> None:
    words = ("--ratio", "0.5", "--ratio", "encoder.0=0", "--epochs", "0")
    done = here("prune", FIRST, "--data", "squares", *words, *SMALL)
    assert done.returncode == 0, done.stderr
    for word in ("as it was", "pruned", "trained again", "MMAC"):
        assert word in done.stdout
    assert "edgec build --recipe runs/unet_light/" in done.stderr
    assert "edgec inspect runs/unet_light/" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--ratio", "1"], "--ratio: prune: ratios: default: 1 would leave no channel"),
        (["--ratio", "encoder.1=1.5"], "--ratio: prune: ratios: encoder.1: 1.5 would leave no channel"),
        (["--ratio", "encoders.1=0.5"], "no block 'encoders.1' to prune: choose from encoder.0, encoder.1"),
        (["--ratio", "much"], "'much' is no ratio: write 0.3 or BLOCK=0.3"),
        (["--method", "l3"], "'l3' is not a method"),
        (["--reinit", "rewind"], "reinit rewind needs the early checkpoint"),
        (["--granularity", "global", "--ratio", "encoder=0.5"], "with global, only default"),
        (["--steps", "2", "--epochs", "0"], "2 steps without epochs between them are one"),
        (["--granularity", "unstructured"], "which training would not keep"),
    ],
)
def test_what_is_refused(here: Run, words: list[str], message: str) -> None:
    done = here("prune", FIRST, "--data", "squares", *OPTIONS, *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_masks_that_are_refused(here: Run, tmp_path: Path) -> None:
    done = here("prune", FIRST, "--data", "squares", "--epochs", "0", *SMALL, "--json")
    masks = json.loads(done.stdout)["steps"][0]["masks"]
    other = here("prune", "--apply", masks, json.loads(done.stdout)["checkpoint"])
    assert other.returncode == 2
    assert "the masks are for another checkpoint than runs/" in other.stderr
    (tmp_path / "broken.json").write_text(Path(masks).read_text()[:-9])
    broken = here("prune", "--apply", "broken.json", FIRST)
    assert broken.returncode == 2
    assert "these are no masks of edgec" in broken.stderr
    assert not Path("pruned.safetensors").exists()


@pytest.mark.slow
def test_compare(here: Run) -> None:
    """What is done is not done again: the second time, one more ratio, only that is pruned and built."""
    words = ["prune", FIRST, "--data", "squares", "--compare", "none", "--epochs", "1", *SMALL]
    words += ["--set", "targets=[tflite]", "--resume", "compared", "--json"]
    done = here(*words, "--ratios", "0.5")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert [(row["network"], row["precision"]) for row in rows] == [
        (name, precision) for precision in ("fp32", "int8-static") for name in ("as-it-was", "none-0.5")
    ]
    assert rows[1]["parameters"] < rows[0]["parameters"]
    assert rows[0]["faster"] is None
    assert all(row["error"] is None and row["latency_ms"] > 0 and 0 <= row["dice"] <= 1 for row in rows)
    best = Path("compared/none-0.5/best.safetensors")
    before = best.stat().st_mtime_ns
    more = here(*words, "--ratios", "0.5,0.25")
    assert more.returncode == 0, more.stderr
    assert len(json.loads(more.stdout)["rows"]) == 6
    assert best.stat().st_mtime_ns == before
    names = {path.name for path in Path("compared").iterdir()}
    assert {"comparison.csv", "comparison.json", "comparison.png"} <= names
    assert len(Path("compared/comparison.csv").read_text().splitlines()) == 7
    other = here(*words, "--ratios", "0.5", "--method", "random")
    assert other.returncode == 2
    assert "holds the comparison of another recipe" in other.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--compare", "none"], "--compare and --ratios go together"),
        (["--ratios", "0.5"], "--compare and --ratios go together"),
        (
            ["--compare", "rewind", "--ratios", "0.5"],
            "rewind at 0.5: reinit rewind needs the early checkpoint",
        ),
        (["--compare", "new", "--ratios", "0.5"], "new at 0.5: Input should be 'none', 'random' or 'rewind'"),
        (["--compare", "none", "--ratios", "1"], "none at 1: ratios: default: 1 would leave no channel"),
    ],
)
def test_comparisons_that_are_refused(here: Run, words: list[str], message: str) -> None:
    done = here("prune", FIRST, "--data", "squares", *OPTIONS, *words)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
