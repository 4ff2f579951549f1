"""A run's progress as edgec tells it: one step an epoch."""

from contextlib import AbstractContextManager
from typing import Any

import lightning.pytorch as pl

from edgec.learn.judging import Judging
from edgec.learn.record import Record
from edgec.progress import Progress, Step


class Telling(pl.Callback):
    """Needs to come behind `Record` among the callbacks."""

    def __init__(self, progress: Progress, judging: Judging, record: Record) -> None:
        self._progress, self._judging, self._record = progress, judging, record
        self._open: AbstractContextManager[Step] | None = None
        self._step: Step | None = None

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """A step begins."""
        name = f"epoch {trainer.current_epoch + 1} of {trainer.max_epochs}"
        self._open = self._progress.step(name, int(trainer.num_training_batches))
        self._step = self._open.__enter__()

    def on_train_batch_end(self, *_: Any) -> None:
        """It moves on."""
        if self._step is not None:
            self._step.advance()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """It ends with the epoch's loss, and Dice where that was taken."""
        if self._open is None or self._step is None:
            return
        note, scores = f"loss {self._record.rows[-1]['loss']:.4f}", self._judging.scores
        if scores is not None:
            best = " (best)" if self._judging.best_epoch == trainer.current_epoch + 1 else ""
            note += f", Dice {scores.dice:.4f}{best}"
        self._step.note = note
        self._open.__exit__(None, None, None)
        self._open = self._step = None

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """It ends as one that failed."""
        if self._open is not None:
            still_open, self._open = self._open, None
            try:
                still_open.__exit__(type(exception), exception, exception.__traceback__)
            except BaseException:  # what was given comes out again; lightning raises it itself
                return
