"""The state of a run, so that it can be gone on with after whatever ended it: replaced after every epoch."""

import io
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import torch
from lightning.fabric.plugins import CheckpointIO

from edgec.errors import TrainingError
from edgec.learn.checkpoint import write_file

STATE = "last.ckpt"


class State(pl.Callback):
    """Saves it when an epoch is over; the last of the callbacks, for it holds the state of the others."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / STATE

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Every process comes here; the first one writes."""
        trainer.save_checkpoint(self._path)


class WholeFiles(CheckpointIO):
    """How lightning writes and reads states: whole or not at all, and nothing but tensors and numbers."""

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Raises OutputError."""
        buffer = io.BytesIO()
        torch.save(checkpoint, buffer)
        write_file(Path(path), buffer.getvalue())

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Raises TrainingError where the file is damaged."""
        try:
            found: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:
            raise TrainingError(
                f"{path} is damaged ({str(error).partition(chr(10))[0]}): delete the run's folder, begin anew"
            ) from error
        return found

    def remove_checkpoint(self, path: Any) -> None:
        """Lightning may ask for it; nothing here does."""
        Path(path).unlink(missing_ok=True)
