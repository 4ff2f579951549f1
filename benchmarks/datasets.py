"""A recipe each for vessels, pets and the heart: trained, built in int8 on three engines, scored, verified.

    python benchmarks/datasets.py FOLDER [--epochs 60,60,60] [--out runs/datasets] [--threads 1]

FOLDER holds `vessels/training` (the layout of DRIVE), `pets` (of Oxford-IIIT Pet) and `cardiac` (images and
masks of nine classes). Every step is a command of edgec's, as a person gives it; a training that was stopped
goes on, one that is finished is not repeated. "verified" is the answer of `edgec verify` on images of the
validation part: whether each variant is within its precision's limits of the trained network.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from edgec.learn.record import METRICS
from edgec.report.tables import console_table, number

ANSWERS = {0: "yes", 1: "no", 3: "in part"}
DATA = {
    "vessels-unet-light": "vessels/training",
    "pets-unet-light": "pets",
    "cardiac-unet-light": "cardiac",
}

Document = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A recipe, its data, and where its files go."""

    recipe: str
    data: Path
    epochs: int
    out: Path

    @property
    def run(self) -> Path:
        """The training's folder."""
        return self.out / self.recipe

    @property
    def checkpoint(self) -> Path:
        """The best weights."""
        return self.run / "best.safetensors"

    @property
    def bundle(self) -> Path:
        """What is built of them."""
        return self.out / f"{self.recipe}-1.0.0.edgec"


def edgec(*words: object, allowed: tuple[int, ...] = (0,)) -> tuple[int, Document]:
    """The exit code and what the command prints as JSON."""
    command = [sys.executable, "-m", "edgec", *map(str, words), "--json"]
    click.echo(" ".join(["edgec", *map(str, words)]), err=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in allowed:
        sys.exit(f"edgec {words[0]} ended with {done.returncode}")
    document: Document = json.loads(done.stdout)
    return done.returncode, document


def trained(case: Case, threads: int) -> Document:
    """The best epoch."""
    if not finished(case.run):
        words = ["--data", case.data, "--resume", case.run, "--epochs", case.epochs]
        edgec("train", case.recipe, *words, "--set", f"train.threads={threads}")
    best: Document = json.loads((case.run / METRICS).read_text())["best"]
    return best


def finished(run: Path) -> bool:
    """Whether its training came to its end."""
    path = run / METRICS
    return path.exists() and bool(json.loads(path.read_text())["finished"])


def built(case: Case) -> None:
    """In int8 for three engines; how fast that is, the machine may be too busy to tell."""
    recipe = ["--recipe", case.run / "recipe.yaml", "--set", f"checkpoint={case.checkpoint}"]
    settings = ["--set", "precisions=[int8-static]", "--out", case.out, "--no-measure", "--force"]
    edgec("build", *recipe, *settings)


def rows(case: Case, threads: int) -> Iterator[list[str]]:
    """The cells of a table."""
    best = trained(case, threads)
    yield [case.recipe, str(best["epoch"]), "PyTorch", number(best["dice"], 4), number(best["iou"], 4), "-"]
    built(case)
    source = ["--model", "unet_light", "--checkpoint", case.checkpoint, "--calibration", f"{case.data}#train"]
    scores = edgec("eval", case.bundle, "--data", f"{case.data}#val")[1]["results"]
    for row in scores:
        target, precision, found = row["target"], row["precision"], row["metrics"]
        chosen = ["--data", f"{case.data}#val", "--target", target, "--precision", precision]
        answer, _ = edgec("verify", case.bundle, *source, *chosen, allowed=tuple(ANSWERS))
        cells = [number(found["dice"], 4), number(found["iou"], 4), ANSWERS[answer]]
        yield ["", "", f"{target} {precision}", *cells]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--epochs", default="60,60,60", show_default=True, help="of each recipe")
@click.option("--out", type=click.Path(path_type=Path), default="runs/datasets", show_default=True)
@click.option("--threads", default=1, show_default=True, type=click.IntRange(1))
def main(folder: Path, epochs: str, out: Path, threads: int) -> None:
    """Print the table."""
    out.mkdir(parents=True, exist_ok=True)
    pairs = zip(DATA.items(), map(int, epochs.split(",")), strict=True)
    cases = [Case(recipe, folder / data, count, out) for (recipe, data), count in pairs]
    titles = ["recipe", "best epoch", "what", "Dice", "IoU", "verified"]
    console_table(titles, [cells for case in cases for cells in rows(case, threads)])


if __name__ == "__main__":
    main()
