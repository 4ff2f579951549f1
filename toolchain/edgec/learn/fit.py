"""fit(): a task learns from a split's samples into a folder; all that is round the loss."""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import lightning.pytorch as pl
import torch
import yaml
from lightning.pytorch.callbacks import EarlyStopping

from edgec.data import Sample
from edgec.errors import UsageError
from edgec.learn.averaging import Averaging
from edgec.learn.batches import one_by_one, training_batches
from edgec.learn.checkpoint import describe, learning_digest, write_file
from edgec.learn.judging import BEST, Judging
from edgec.learn.loggers import Log, make_loggers
from edgec.learn.metrics import Scores
from edgec.learn.record import Record, Row
from edgec.learn.state import STATE, State, WholeFiles
from edgec.learn.task import SegmentationTask
from edgec.learn.telling import Telling
from edgec.progress import SILENT, Progress
from edgec.recipe import TrainRecipe

RECIPE = "recipe.yaml"


class Split(Protocol):
    """What is learned from and what is chosen on; `digest`: sha256 of both."""

    @property
    def train(self) -> Sequence[Sample]:
        """To learn from."""
        ...

    @property
    def val(self) -> Sequence[Sample]:
        """To choose on."""
        ...

    @property
    def digest(self) -> str:
        """In hex."""
        ...


@dataclass(frozen=True)
class Processes:
    """`devices` processes on each of `nodes` machines, joined by torch.distributed."""

    devices: int = 1
    nodes: int = 1

    @property
    def count(self) -> int:
        """In all."""
        return self.devices * self.nodes


@dataclass(frozen=True)
class FitResult:
    """The run's folder, its best weights there, their scores, the epoch that they are of, and all epochs."""

    folder: Path
    checkpoint: Path
    best: Scores
    best_epoch: int
    epochs: tuple[Row, ...]


def fit(
    task: SegmentationTask,
    split: Split,
    folder: Path,
    classes: Sequence[str],
    *,
    processes: Processes = Processes(),
    log: Log | None = None,
    progress: Progress = SILENT,
) -> FitResult:
    """Train `task` as its recipe says, going on with what is in `folder`, which must exist.

    Writes there best.safetensors (the best by Dice on `split.val`, which describes itself with `classes`, the
    background first), recipe.yaml, metrics.json, metrics.csv and the state to go on from. Leaves torch's
    settings as they were. Raises UsageError, DataError, TrainingError where the loss is not finite, and
    OutputError; what was kept before stays whole.
    """
    recipe = task.train_recipe
    rank = _rank()
    train = training_batches(split.train, recipe, task.spec, rank, processes.count)
    val = one_by_one(split.val, rank, processes.count)
    if len(split.val) < processes.count:
        raise UsageError(f"{len(split.val)} images to validate on are fewer than {processes.count} processes")
    description = describe(task.recipe, task.spec, classes, split.digest)
    averaging = Averaging(recipe.average)
    judging = Judging(folder, description, averaging)
    about = {"recipe_sha256": learning_digest(task.recipe), "data_sha256": split.digest}
    record = Record(folder, about, judging)
    callbacks = [
        averaging,
        judging,
        record,
        Telling(progress, judging, record),
        *_early(recipe),
        State(folder),
    ]
    if rank == 0:
        write_file(folder / RECIPE, yaml.safe_dump(task.recipe.model_dump(mode="json"), sort_keys=False))
    state = folder / STATE
    with _settings(recipe):
        trainer = pl.Trainer(
            **_options(recipe, processes), callbacks=callbacks, logger=make_loggers(log, folder)
        )
        trainer.fit(task, train, val, ckpt_path=state if state.exists() else None)
        record.write(trainer, finished=True)
    assert judging.best is not None  # the last epoch is always validated
    return FitResult(folder, folder / BEST, judging.best, judging.best_epoch, tuple(record.rows))


def _options(recipe: TrainRecipe, processes: Processes) -> dict[str, Any]:
    return {
        "accelerator": "cpu",
        "devices": processes.devices,
        "num_nodes": processes.nodes,
        "strategy": "ddp" if processes.count > 1 else "auto",
        "precision": "bf16-mixed" if recipe.bf16 else "32-true",
        "max_epochs": recipe.epochs,
        "check_val_every_n_epoch": recipe.validate_every,
        "gradient_clip_val": recipe.clip,
        "num_sanity_val_steps": 0,
        "deterministic": True,
        "use_distributed_sampler": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "enable_checkpointing": False,
        "plugins": [WholeFiles()],
    }


def _early(recipe: TrainRecipe) -> list[pl.Callback]:
    if recipe.patience is None:
        return []
    return [EarlyStopping("dice", patience=recipe.patience, mode="max", check_on_train_epoch_end=False)]


def _rank() -> int:
    """Of this process among all, as lightning tells those that it starts; 0 where it is alone."""
    from lightning.pytorch.utilities import rank_zero_only

    return int(getattr(rank_zero_only, "rank", None) or 0)


@contextmanager
def _settings(recipe: TrainRecipe) -> Iterator[None]:
    """The recipe's threads, and nothing of lightning's chatter, for as long as it takes."""
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    talk = logging.getLogger("lightning.pytorch")
    level = talk.level
    talk.setLevel(logging.ERROR)
    try:
        if recipe.threads is not None:
            torch.set_num_threads(recipe.threads)
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.filterwarnings("ignore", module="lightning")
            torch.manual_seed(recipe.seed)
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)
        talk.setLevel(level)
