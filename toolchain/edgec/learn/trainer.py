"""Lightning's Trainer as a recipe wants it: seeded, deterministic, silent."""

import logging
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import lightning.pytorch as pl
import torch
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.loggers import Logger
from lightning.pytorch.utilities import rank_zero_only

from edgec.learn.state import WholeFiles
from edgec.recipe import TrainRecipe
from edgec_runtime.machine import has_any

BF16 = ("avx512_bf16", "amx_bf16", "bf16")  # without them it is emulated, slower than float32


@dataclass(frozen=True)
class Processes:
    """`devices` processes on each of `nodes` machines, joined by torch.distributed (gloo)."""

    devices: int = 1
    nodes: int = 1

    @property
    def count(self) -> int:
        """In all."""
        return self.devices * self.nodes


ALONE = Processes()


def rank() -> int:
    """The place of this process among all, which lightning tells those that it starts; else 0."""
    return int(getattr(rank_zero_only, "rank", None) or 0)


def make_trainer(
    recipe: TrainRecipe, processes: Processes, callbacks: Sequence[pl.Callback], loggers: Sequence[Logger]
) -> pl.Trainer:
    """On the CPU; shows, logs and keeps nothing but what `callbacks` and `loggers` do."""
    *others, last = callbacks  # the last one saves the state of the others
    if recipe.patience is not None:
        others.append(
            EarlyStopping("dice", patience=recipe.patience, mode="max", check_on_train_epoch_end=False)
        )
    return pl.Trainer(
        accelerator="cpu",
        devices=processes.devices,
        num_nodes=processes.nodes,
        strategy="ddp" if processes.count > 1 else "auto",
        precision="bf16-mixed" if recipe.bf16 and has_any(BF16) else "32-true",
        max_epochs=recipe.epochs,
        check_val_every_n_epoch=recipe.validate_every,
        gradient_clip_val=recipe.clip,
        num_sanity_val_steps=0,
        deterministic=True,
        use_distributed_sampler=False,
        callbacks=[*others, last],
        logger=list(loggers),
        plugins=[WholeFiles()],
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )


@contextmanager
def interruptible() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM are a KeyboardInterrupt, as elsewhere: lightning makes an exit of them."""
    try:
        yield
    except SystemExit as ended:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # lightning has switched it off
        raise KeyboardInterrupt from ended


@contextmanager
def settings(recipe: TrainRecipe) -> Iterator[None]:
    """Within: the recipe's threads and seed, and no chatter of lightning's; after it torch is as it was."""
    threads, deterministic = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    talk = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in talk]
    try:
        for logger in talk:
            logger.setLevel(logging.ERROR)
        if recipe.threads is not None:
            torch.set_num_threads(recipe.threads)
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.filterwarnings("ignore", module="lightning")
            torch.manual_seed(recipe.seed)
            yield
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(deterministic)
        for logger, level in zip(talk, levels, strict=True):
            logger.setLevel(level)
