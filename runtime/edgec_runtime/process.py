"""VariantProcess: one variant, loaded into a process of its own, that runs when it is told to."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Timer
from typing import Any

from edgec_runtime.closing import Closing
from edgec_runtime.errors import EngineError
from edgec_runtime.lastwords import last_words

TIMEOUT = 900.0  # seconds for one answer


class VariantProcess(Closing):
    """A fresh process that has loaded a variant and run it once; see worker.py for its side.

    `loaded`: {precision_in_force, threads, load_ms, first_ms, memory_mib}, times in milliseconds. `answers`:
    all that each `run` told, in order; see worker.py.
    """

    def __init__(
        self,
        bundle: Path,
        target: str,
        precision: str,
        threads: int,
        profile: str | None = None,
        timeout: float = TIMEOUT,
        batch: int = 1,
        images: Path | None = None,
    ) -> None:
        """Start and wait until it is loaded. Raises EngineError where that fails or takes too long.

        A run is of `batch` golden images, or of one image of the folder `images` from pixels to mask.
        """
        self._timeout = timeout
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        wanted = {"target": target, "precision": precision, "profile": profile, "threads": threads}
        runs = {"batch": batch, "images": None if images is None else str(images)}
        request = {"bundle": str(bundle), **wanted, **runs}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "edgec_runtime.worker", json.dumps(request)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            env=_environment(),
        )
        self.answers: list[dict[str, Any]] = []
        try:
            self.loaded: dict[str, Any] = self._answer()["loaded"]
        except BaseException:
            self.close()
            raise

    def run(self, count: int) -> list[float]:
        """Milliseconds of each of `count` runs. Raises EngineError where the process ends."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{count}\n")
            self._process.stdin.flush()
        except OSError:
            raise EngineError(self._last_words()) from None
        self.answers.append(self._answer())
        times: list[float] = self.answers[-1]["ms"]
        return times

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def close(self) -> None:
        """End the process; calling it again does nothing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            with contextlib.suppress(BrokenPipeError):  # an order that was not read any more
                if pipe is not None:
                    pipe.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        late = Timer(self._timeout, self._process.kill)
        late.start()
        try:
            line = self._process.stdout.readline()
        finally:
            late.cancel()
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            raise EngineError(self._last_words()) from None
        if "error" in answer:
            raise EngineError(answer["error"])
        return answer

    def _last_words(self) -> str:
        code = self._process.wait()
        self._stderr.seek(0)
        likely = {"SIGKILL": f" (out of memory, or more than {self._timeout:g} s)"}
        return last_words("the process", code, self._stderr.read().decode(errors="replace"), likely)


def _environment() -> dict[str, str]:
    """The worker imports this very package, wherever it lies, and nothing from the current folder."""
    place = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), place)))
    return os.environ | {"PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
