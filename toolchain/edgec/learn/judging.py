"""Validation: the mean scores over whole images, and the weights that are best by Dice, kept in a file."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import lightning.pytorch as pl
import torch

from edgec.data import Sample
from edgec.learn.averaging import Averaging
from edgec.learn.checkpoint import write_checkpoint
from edgec.learn.metrics import Scores, mean_scores
from edgec.learn.task import SegmentationTask

BEST = "best.safetensors"


class Judging(pl.Callback):
    """`scores` of the epoch where it was validated; `best`, of epoch `best_epoch` (from 1), is in BEST."""

    def __init__(self, folder: Path, description: dict[str, Any], averaging: Averaging) -> None:
        self._folder, self._description, self._averaging = folder, description, averaging
        self._rows: list[Scores] = []
        self.scores: Scores | None = None
        self.best: Scores | None = None
        self.best_epoch = 0

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The last epoch is always validated."""
        self.scores = None
        if trainer.current_epoch + 1 == trainer.max_epochs:
            trainer.check_val_every_n_epoch = 1

    def on_validation_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, *_: Any
    ) -> None:
        """One more image."""
        self._rows.append(Scores(**outputs))

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Join what all processes found; keep the weights where they are the best."""
        task = cast(SegmentationTask, pl_module)
        self.scores = mean_scores(_all_rows(self._rows, trainer.world_size))
        self._rows = []
        task.validated(self.scores)
        task.log("dice", self.scores.dice, sync_dist=True, logger=False)  # for EarlyStopping
        if self.best is None or self.scores.dice > self.best.dice:
            self.best, self.best_epoch = self.scores, trainer.current_epoch + 1
            self._write(trainer, task, BEST)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Keep the weights of the epoch that the recipe names."""
        task = cast(SegmentationTask, pl_module)
        epoch = trainer.current_epoch + 1
        if epoch == task.train_recipe.keep_epoch:
            with self._averaging.averaged(task.network):
                self._write(trainer, task, f"epoch-{epoch}.safetensors")

    def _write(self, trainer: pl.Trainer, task: SegmentationTask, name: str) -> None:
        if trainer.is_global_zero:
            metrics = {} if self.scores is None else self.scores.as_dict()
            write_checkpoint(self._folder / name, task.network, self._description, metrics)

    def state_dict(self) -> dict[str, Any]:
        """What is best so far."""
        return {"best": self.best and self.best.as_dict(), "best_epoch": self.best_epoch}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take it back."""
        self.best = state_dict["best"] and Scores(**state_dict["best"])
        self.best_epoch = state_dict["best_epoch"]


def judged(task: SegmentationTask, samples: Iterable[Sample]) -> Scores:
    """The mean scores of the task's network as it is, which goes into eval mode."""
    task.eval()
    return mean_scores(Scores(**task.validation_step(sample, 0)) for sample in samples)


def _all_rows(rows: list[Scores], world: int) -> list[Scores]:
    """Those of every process, in the order of the data: see `one_by_one`."""
    if world == 1:
        return rows
    parts: list[list[Scores]] = [[] for _ in range(world)]
    torch.distributed.all_gather_object(parts, rows)
    longest = max(map(len, parts))
    return [part[place] for place in range(longest) for part in parts if place < len(part)]
