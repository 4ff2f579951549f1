"""What distillation gains: one small student trained alone, and by a teacher, with several seeds.

    python benchmarks/distillation.py [--teacher MODEL] [--data nuclei] [--epochs 10] [--seeds 3] [--out DIR]

The student is `unet_light` at a quarter of its widths; the teacher is the shipped `unet_light`, or a network
or checkpoint as `edgec distil --teacher` takes it. Both ways train for the same epochs, on the same pieces of
the same images, with the same loss and rate, and keep the weights that are best by Dice on the validation
part. Every training has a folder of its own in --out and every finished seed a line in rows.jsonl there: stop
the command at any time, and give it again to go on. An epoch takes 3 s alone, 8 s by the shipped teacher, on
two quiet cores: 10 epochs and 3 seeds some 6 minutes.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from edgec.learn.checkpoint import learning_digest
from edgec.learn.record import METRICS
from edgec.progress import Progress, Step
from edgec.recipe import Recipe
from edgec.report.tables import console_table, number
from edgec.training import distil, train

ROWS = "rows.jsonl"
STUDENT = {"model": "unet_light", "options": {"widths": [8, 16, 32, 64]}}
# The average forgets quickly: the usual one would hold a short run's first weights, above all those alone.
TRAIN = {"batch": 8, "crop": 128, "average": 0.9, "validate_every": 2, "threads": 2}
PHASES = {"temperature": 2.0, "transfer": {"start": "teacher"}, "task": {"logits": 1.0}}

Row = dict[str, Any]


class Told(Progress):
    """A line an epoch on stderr."""

    def __init__(self, title: str) -> None:
        self._title = title

    def end(self, step: Step, failed: bool) -> None:
        """An epoch is over."""
        if step.note and not failed:
            click.echo(f"{self._title}: {step.name}: {step.note}, {step.seconds:.0f} s", err=True)


def recipe_of(data: str, epochs: int, seed: int, teacher: str | None) -> Recipe:
    """The student's, with a teacher or alone."""
    training = {**TRAIN, "epochs": epochs, "seed": 1000 * seed}  # stages have seeds of their own behind it
    taught = None if teacher is None else {"teacher": teacher, **PHASES}
    return Recipe.model_validate({**STUDENT, "data": {"path": data}, "train": training, "distil": taught})


def best_of(folder: Path, run: Callable[[Path], float]) -> float:
    """The Dice of the finished run in `folder`, else of `run`, which begins it or goes on with it."""
    try:
        metrics = json.loads((folder / METRICS).read_text())
    except FileNotFoundError:
        return run(folder)
    return float(metrics["best"]["dice"]) if metrics["finished"] else run(folder)


def compare(alone: Recipe, taught: Recipe, folder: Path, seed: int) -> Row:
    """Both trainings of one seed."""

    def by_itself(into: Path) -> float:
        return train(alone, resume=into, progress=Told(f"seed {seed}, alone")).fitted.best.dice

    def by_teacher(into: Path) -> float:
        return distil(taught, resume=into, progress=Told(f"seed {seed}, distilled")).student.fitted.best.dice

    return {
        "seed": seed,
        "recipe": learning_digest(taught),
        "alone": best_of(folder / "alone", by_itself),
        "distilled": best_of(folder / "distilled", by_teacher),
    }


def known(path: Path) -> list[Row]:
    """The rows of earlier calls."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def show(rows: list[Row]) -> None:
    """A line a seed, and their means."""
    means = {key: float(np.mean([row[key] for row in rows])) for key in ("alone", "distilled")}
    cells = [
        [str(row["seed"]), *(number(value, 4) for value in (row["alone"], row["distilled"], gain(row)))]
        for row in [*rows, {"seed": "mean", **means}]
    ]
    console_table(["seed", "alone", "distilled", "gain"], cells)
    click.echo(f"The teacher gains {gain(means):+.4f} Dice, in the mean over {len(rows)} seeds.")


def gain(row: Row) -> float:
    """Of the teacher."""
    return float(row["distilled"] - row["alone"])


@click.command()
@click.option("--teacher", default="unet_light", show_default=True, help="As `edgec distil` takes it.")
@click.option("--data", default="nuclei", show_default=True, help="As `edgec train` takes it.")
@click.option("--epochs", type=click.IntRange(1), default=10, show_default=True, help="Of each way.")
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="How many.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs/distillation"), show_default=True)
def main(teacher: str, data: str, epochs: int, seeds: int, out: Path) -> None:
    rows = []
    for seed in range(seeds):
        alone, taught = (recipe_of(data, epochs, seed, who) for who in (None, teacher))
        recipe = learning_digest(taught)
        path = out / ROWS
        row = next((row for row in known(path) if row["recipe"] == recipe), None)
        if row is None:
            row = compare(alone, taught, out / recipe[:12], seed)
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")
        rows.append(row)
    show(rows)


if __name__ == "__main__":
    main()
