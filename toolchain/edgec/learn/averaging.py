"""The exponential moving average of a network's weights, which is what is validated and kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, cast

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from edgec.learn.task import SegmentationTask

Tensors = tuple[Tensor, ...] | list[Tensor]


def warmed(share: float) -> Callable[[Tensors, Tensors, Tensor | int], None]:
    """Step n keeps the smaller of `share` and (1 + n) / (10 + n), so that the random start is soon forgotten.

    The rule of TensorFlow's ExponentialMovingAverage with `num_updates`.
    """

    def average(averaged: Tensors, current: Tensors, steps: Tensor | int) -> None:
        kept = min(share, (1 + int(steps)) / (10 + int(steps)))
        get_ema_multi_avg_fn(kept)(averaged, current, steps)  # type: ignore[no-untyped-call]

    return average


class Averaging(pl.Callback):
    """Averages `task.network`, buffers too, after each step; each keeps `share` of the average, first less.

    While it is validated the network has the averages, and the averages the network's weights. With several
    processes the buffers are then those of the first, so that all judge one network. Lightning's own callback
    would average, and keep in every state, all that a task holds, such as a teacher.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._average: AveragedModel | None = None

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Begin with the weights as they are."""
        average = warmed(self._share)
        self._average = AveragedModel(_network(pl_module), multi_avg_fn=average, use_buffers=True)

    def on_train_batch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        """Take the step into the average."""
        cast(AveragedModel, self._average).update_parameters(_network(pl_module))

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The network gets the averages."""
        self._swap(_network(pl_module))
        if trainer.world_size > 1:
            for buffer in _network(pl_module).buffers():
                torch.distributed.broadcast(buffer, 0)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The network gets its own weights back."""
        self._swap(_network(pl_module))

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """The network keeps the averages."""
        self._swap(_network(pl_module))

    @contextmanager
    def averaged(self, network: nn.Module) -> Iterator[None]:
        """Within, `network` has the averages."""
        self._swap(network)
        try:
            yield
        finally:
            self._swap(network)

    def on_save_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """The averages go with the state."""
        checkpoint["average"] = cast(AveragedModel, self._average).state_dict()

    def on_load_checkpoint(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Take them back."""
        cast(AveragedModel, self._average).load_state_dict(checkpoint["average"])

    @torch.no_grad()
    def _swap(self, network: nn.Module) -> None:
        average = cast(AveragedModel, self._average).module
        for one, other in zip(_tensors(average), _tensors(network), strict=True):
            held = one.clone()
            one.copy_(other)
            other.copy_(held)


def _network(task: pl.LightningModule) -> nn.Module:
    return cast(SegmentationTask, task).network


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    return chain((parameter.data for parameter in module.parameters()), module.buffers())
