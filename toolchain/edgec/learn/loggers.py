"""Where else a run is told: TensorBoard's or Weights & Biases' files, beside the run's own."""

from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from lightning.pytorch.loggers import Logger, TensorBoardLogger, WandbLogger

from edgec.errors import UsageError

Log = Literal["tensorboard", "wandb"]
LOGS: tuple[Log, ...] = get_args(Log)


def make_loggers(log: Log | None, folder: Path) -> list[Logger]:
    """The logger of that name, which writes into `folder`; none where `log` is None.

    Weights & Biases sends what it is told to its server, unless its own variable WANDB_MODE says offline.
    Raises UsageError where the package is not installed.
    """
    if log is None:
        return []
    if find_spec(log) is None:
        raise UsageError(f"{log} is not installed: pip install 'edgec[logging]'")
    if log == "tensorboard":
        return [TensorBoardLogger(folder, name=None, version="tensorboard")]
    return [WandbLogger(name=f"{folder.parent.name}-{folder.name}", save_dir=folder, project="edgec")]
