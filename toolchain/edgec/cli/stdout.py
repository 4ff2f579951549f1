"""Keep stdout for the result."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TextIO

import click

from edgec.errors import OutputError

READER_LEFT = 141  # as a shell shows a process that SIGPIPE ended


@contextlib.contextmanager
def result_stream() -> Iterator[TextIO]:
    """The real stdout, while everything else that writes to it, C++ and subprocesses too, lands in stderr."""
    real = sys.stdout
    real.flush()
    if not _is_process_stdout():
        with contextlib.redirect_stdout(sys.stderr):
            yield real
        return
    saved = os.dup(1)
    os.dup2(2, 1)
    stream = open(saved, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    try:
        yield stream
    finally:
        with contextlib.suppress(OSError):  # what could not be written was told by `write_result`
            stream.close()
        real.flush()
        os.dup2(saved, 1)
        os.close(saved)


def write_result(stream: TextIO, text: str) -> None:
    """Write and flush. Raises OutputError where stdout does not take it, Exit(141) where its reader left."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise click.exceptions.Exit(READER_LEFT) from None
    except OSError as error:
        raise OutputError(f"stdout: {error.strerror}: the result could not be written") from error


def _is_process_stdout() -> bool:
    try:
        return sys.stdout.fileno() == 1
    except (OSError, ValueError):
        return False
