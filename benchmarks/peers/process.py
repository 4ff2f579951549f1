"""A fresh process that answers over a pipe; what it prints goes into a file."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from edgec_runtime.closing import Closing

PATIENCE_S = 1800.0  # for one answer: torch.compile and calibration take minutes
FAREWELL_S = 10.0

Ask = Callable[[], Any]
Tell = Callable[[Any], None]


class PeerError(Exception):
    """Why a peer cannot be built or run; its message is the reason."""


class Process(Closing):
    """Runs `work(ask, tell, *arguments)`: `ask` waits for what is sent, `tell` answers."""

    def __init__(self, work: Callable[..., None], arguments: tuple[Any, ...], log: Path) -> None:
        """Start it, without the engines and settings of this process."""
        context = multiprocessing.get_context("spawn")
        self._log = log
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, log, work, arguments), daemon=True)
        self._process.start()
        theirs.close()  # only the process holds it now, so its death ends the pipe

    def ask(self, question: Any) -> Any:
        """Send and wait for the answer. Raises PeerError."""
        self._connection.send(question)
        return self.answer()

    def answer(self) -> Any:
        """Wait for what `tell` gives. Raises PeerError where the work fails, dies or takes too long."""
        if not self._connection.poll(PATIENCE_S):
            raise PeerError(f"no answer for {PATIENCE_S:.0f} s")
        try:
            failed, value = self._connection.recv()
        except EOFError as error:
            self._process.join()
            raise PeerError(
                f"its process ended with code {self._process.exitcode}, see {self._log}"
            ) from error
        if failed:
            raise PeerError(value)
        return value

    def close(self) -> None:
        """End the process; one that waits for a question ends by itself and cleans up."""
        self._connection.close()
        self._process.join(FAREWELL_S)
        self._process.terminate()
        self._process.join()


def _serve(connection: Connection, log: Path, work: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        work(connection.recv, lambda value: connection.send((False, value)), *arguments)
    except EOFError:
        return  # closed from the other side
    except Exception as error:  # whatever a peer raises is the reason that its row gives
        connection.send((True, f"{type(error).__name__}: {error}"))
