"""Prepare the emulator, and say what of it is there."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edgec.emulator.cores import CORES
from edgec.emulator.piece import Piece, State
from edgec.emulator.pieces import home, pieces
from edgec.emulator.python import EmulatedPython
from edgec.emulator.tools import PACKAGES, missing
from edgec.errors import EmulatorError
from edgec.progress import SILENT, Progress

_ENGINES = "import ai_edge_litert.interpreter, numpy, onnxruntime; print(onnxruntime.__version__)"


@dataclass(frozen=True)
class Status:
    """What is there. `pieces`: with the state of each. `missing`: a sentence on programs that are not."""

    cache: Path
    pieces: tuple[tuple[Piece, State], ...]
    missing: str | None

    @property
    def ready(self) -> bool:
        """Whether everything can be used."""
        return self.missing is None and all(state == "ready" for _, state in self.pieces)


def status(cache: Path) -> Status:
    """Look, change nothing."""
    found = tuple((piece, piece.state()) for piece in _all(cache))
    return Status(cache, found, missing(list(PACKAGES)))


def prepare(cache: Path, progress: Progress = SILENT) -> Status:
    """Make what is missing, outdated or damaged below `cache`, and start the engines on each processor.

    What is ready is left alone, so that an interrupted call is continued by the next. Raises EmulatorError
    naming what is missing and the command that installs it.
    """
    sentence = missing(list(PACKAGES))
    if sentence:
        raise EmulatorError(sentence)
    with _alone(cache):
        for piece in _all(cache):
            _ensure(piece, progress)
    return status(cache)


def _all(cache: Path) -> list[Piece]:
    """The pieces, and last the proof that they work together."""
    found = pieces(cache)
    made_from = {name: json.dumps(dict(piece.made_from)) for name, piece in found.items()}
    return [*found.values(), Piece(home(cache) / "proof", made_from, partial(_prove, cache))]


def _ensure(piece: Piece, progress: Progress) -> None:
    piece.clear()
    state = piece.state()
    if state == "ready":
        return
    with progress.step(f"{piece.name} ({state})") as step:
        try:
            piece.write()
        except OSError as error:
            raise EmulatorError(
                f"{error.filename or piece.folder} cannot be written: {error.strerror or error}"
            ) from error
        step.note = f"{piece.mib():.0f} MiB"


def _prove(cache: Path, folder: Path) -> None:
    """Import the engines on each processor. Raises EngineError where one does not start."""
    for core in CORES.values():
        (folder / core.name).write_text(EmulatedPython(core, cache).run(["-c", _ENGINES]), "utf-8")


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    """Wait until no other process prepares the same cache."""
    place = home(cache)
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock = (place / ".lock").open("w")
    except OSError as error:
        raise EmulatorError(
            f"{place} cannot be written ({error.strerror}): name another folder with --cache or EDGEC_CACHE"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
