"""The folder of a run: a new one, or one that was begun with the same recipe and not finished."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edgec.errors import OutputError, TrainingError
from edgec.learn.record import METRICS

RUNS = Path("runs")
VARIABLE = "EDGEC_RUN"
"""Tells the processes that lightning starts beside the first which folder that one has taken."""


@contextmanager
def open_run(root: Path, about: Mapping[str, str], folder: Path | None = None) -> Iterator[Path]:
    """The folder to train in, held against other processes for as long as the block lasts.

    `about`: what the run depends on, as it stands in its metrics.json. `folder`: the one to go on with, or to
    begin; None takes the newest in `root` that was begun so, is not finished and not held, else a new one
    named after the time (UTC). Raises TrainingError where `folder` is of another run, finished or held, and
    OutputError.
    """
    if VARIABLE in os.environ:  # a further process of a run
        yield Path(os.environ[VARIABLE])
        return
    try:
        taken, lock = _given(folder, about) if folder is not None else _found(root, about)
    except OSError as error:
        raise OutputError(f"{folder or root}: {error.strerror}: name a folder that can be written") from error
    os.environ[VARIABLE] = str(taken.resolve())
    try:
        yield taken
    finally:
        del os.environ[VARIABLE]
        os.close(lock)


def _found(root: Path, about: Mapping[str, str]) -> tuple[Path, int]:
    for folder in sorted(root.glob("*/"), reverse=True):
        if _state(folder, about) is None:
            with suppress(TrainingError):
                return folder, _hold(folder)
    root.mkdir(parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for name in (stamp, *(f"{stamp}-{number}" for number in range(2, 100))):
        with suppress(FileExistsError):
            (root / name).mkdir()
            return root / name, _hold(root / name)
    raise TrainingError(f"{root} has a hundred runs of this second: begin again in the next")


def _given(folder: Path, about: Mapping[str, str]) -> tuple[Path, int]:
    if folder.exists() and any(folder.iterdir()):
        problem = _state(folder, about)
        if problem is not None:
            raise TrainingError(f"{folder} {problem}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder, _hold(folder)


def _state(folder: Path, about: Mapping[str, str]) -> str | None:
    """Why a run with `about` cannot go on in the folder; None where it can."""
    try:
        document: Any = json.loads((folder / METRICS).read_text("utf-8"))
        finished = document["finished"]
        other = [key for key, value in about.items() if document[key] != value]
    except (OSError, ValueError, KeyError, TypeError):
        return f"is not the folder of a run ({METRICS} is missing or damaged): name another"
    if other:
        words = " and ".join(key.removesuffix("_sha256") for key in other)
        return f"was begun with another {words}: leave --resume out to begin anew"
    return "is finished: leave --resume out to begin anew" if finished else None


def _hold(folder: Path) -> int:
    """A lock on the folder itself, which ends with the process, whatever ends that."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise TrainingError(f"{folder} is being trained in by another process") from error
    return descriptor
