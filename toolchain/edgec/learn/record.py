"""What each epoch came to: metrics.json and metrics.csv in the run's folder, replaced after every epoch."""

import csv
import io
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import lightning.pytorch as pl
import torch

from edgec.learn.checkpoint import write_file
from edgec.learn.judging import Judging

METRICS = "metrics.json"
Row = dict[str, int | float]


class Record(pl.Callback):
    """`rows`: one an epoch, with `epoch` (from 1), `loss`, `lr` (its last), `seconds`, and perhaps scores."""

    def __init__(self, folder: Path, about: Mapping[str, Any], judging: Judging) -> None:
        """`about`: what the file says besides."""
        self._folder, self._about, self._judging = folder, about, judging
        self._losses: list[float] = []
        self._start = self._rate = 0.0
        self.rows: list[Row] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The file says that the run has begun; one that had ended early, when it was killed, ends again."""
        self.write(trainer, finished=False)
        trainer.should_stop = any(stop.stopped_epoch > 0 for stop in trainer.early_stopping_callbacks)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The clock starts."""
        self._start, self._losses = time.perf_counter(), []

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        """The rate that this step takes; afterwards it is the next one's."""
        self._rate = trainer.optimizers[0].param_groups[0]["lr"]

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any
    ) -> None:
        """One more loss."""
        self._losses.append(float(outputs["loss"]))

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """One more row."""
        mean = torch.tensor(sum(self._losses) / len(self._losses), dtype=torch.float64)
        row: Row = {
            "epoch": trainer.current_epoch + 1,
            "loss": float(cast(torch.Tensor, trainer.strategy.reduce(mean, reduce_op="mean"))),
            "lr": self._rate,
            "seconds": round(time.perf_counter() - self._start, 3),
        }
        if self._judging.scores is not None:
            row |= self._judging.scores.as_dict()
        self.rows.append(row)
        for logger in trainer.loggers:
            logger.log_metrics({key: float(value) for key, value in row.items()}, step=int(row["epoch"]))
        self.write(trainer, finished=False)

    def write(self, trainer: pl.Trainer, *, finished: bool) -> None:
        """Replace both files; the first process does it alone."""
        if not trainer.is_global_zero:
            return
        judging = self._judging
        best = None if judging.best is None else {"epoch": judging.best_epoch, **judging.best.as_dict()}
        write_metrics(self._folder, self._about, best, self.rows, finished=finished)

    def state_dict(self) -> dict[str, Any]:
        """The rows so far."""
        return {"rows": self.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take them back."""
        self.rows = state_dict["rows"]


def begin(folder: Path, about: Mapping[str, Any]) -> None:
    """Say that a run has begun, where nothing says so yet. Raises OutputError."""
    if not (folder / METRICS).exists():
        write_metrics(folder, about, None, [], finished=False)


def write_metrics(
    folder: Path, about: Mapping[str, Any], best: Row | None, rows: Sequence[Row], *, finished: bool
) -> None:
    """Replace both files. Raises OutputError."""
    document = {"schema": 1, "finished": finished, **about, "best": best, "epochs": list(rows)}
    write_file(folder / METRICS, json.dumps(document, indent=1, allow_nan=False) + "\n")
    write_file(folder / "metrics.csv", as_csv(rows))


def as_csv(rows: Sequence[Row]) -> str:
    """A line a row, empty where a row lacks a column."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
