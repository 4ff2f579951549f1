"""Agent: carries out orders in one folder, where everything is whole or lies in `unfinished`."""

import contextlib
import ctypes
import errno
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from edgec.devices.onboard.orders import Orders

PR_SET_PDEATHSIG = 1  # of Linux's prctl: the signal to get when the parent ends
FULL = ("No space left on device", "Disk quota exceeded")


class OrderError(Exception):
    """An order could not be carried out; the sentence says why."""


class Agent:
    """Each method but `do` and `clean` is an order; the paths of orders lie in `folder`.

    `unfinished` is removed after every order, and by the next agent where this one was killed.
    """

    def __init__(self, folder: Path, orders: Orders) -> None:
        self._folder, self._orders = folder, orders
        self._unfinished = folder / "unfinished"

    def missing(self, paths: list[str]) -> dict[str, Any]:
        """Which of `paths` are not there whole: folders, and files KIND/SHA256/NAME."""
        return {"missing": [path for path in paths if not _whole(self._folder / path)]}

    def receive(self, path: str, size: int) -> dict[str, Any]:
        """Take a file KIND/SHA256/NAME of `size` bytes from stdin."""
        target, part = self._folder / path, self._unfinished / "file"
        digest, data = hashlib.sha256(), self._orders.data(size)
        try:
            with part.open("wb") as file:
                for chunk in data:
                    file.write(chunk)
                    digest.update(chunk)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            for _ in data:  # the next order stands behind them
                pass
            raise
        if digest.hexdigest() != target.parent.name:
            raise OrderError(f"{target.name} arrived damaged: try again")
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
        return {}

    def environment(self, path: str, pip: str, wheels: list[str]) -> dict[str, Any]:
        """A virtual environment at `path` that holds `wheels`; `pip` is the wheel that installs them."""
        target, part = self._folder / path, self._unfinished / "environment"
        self._run("make a virtual environment", [sys.executable, "-m", "venv", "--without-pip", str(part)])
        install = [str(part / "bin/python"), str(self._folder / pip / "pip"), "install"]
        quietly = ["--no-index", "--no-cache-dir", "--disable-pip-version-check", "--no-warn-script-location"]
        self._run("install the wheels", [*install, *quietly, *(str(self._folder / name) for name in wheels)])
        target.parent.mkdir(parents=True, exist_ok=True)
        part.rename(target)
        return {}

    def bench(self, environment: str, bundles: list[str], arguments: list[str]) -> dict[str, Any]:
        """The exit code and the output of the runtime's bench; its stderr is passed on as it comes."""
        run, files = self._unfinished / "run", []
        for place, bundle in enumerate(bundles):  # in folders of their own: two may have one name
            files.append(run / str(place) / Path(bundle).name)
            files[-1].parent.mkdir(parents=True)
            os.link(self._folder / bundle, files[-1])
        python = str(self._folder / environment / "bin/python")
        command = [python, "-m", "edgec_runtime", "bench", *map(str, files), *arguments, "--json"]
        code, output = self._child(command, stderr=None)
        return {"code": code, "output": output}

    def do(self, order: str, **words: Any) -> dict[str, Any]:
        """The answer to one order: what its method gives, or {error: sentence}. Raises LostError."""
        try:
            self._unfinished.mkdir(parents=True)
            answer: dict[str, Any] = getattr(self, order)(**words)
        except OrderError as error:
            return {"error": str(error)}
        except OSError as error:
            return {"error": self._in_words(error)}
        finally:
            self.clean()
        return answer

    def clean(self) -> None:
        """Remove what is not whole."""
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._unfinished)

    def _run(self, what: str, command: list[str]) -> None:
        code, output = self._child(command, stderr=subprocess.STDOUT)
        if code == 0:
            return
        if any(words in output for words in FULL):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        lines = output.strip().splitlines() or [f"it ended with code {code}"]
        raise OrderError(f"{sys.executable} could not {what}: {lines[-1]}")

    def _child(self, command: list[str], stderr: int | None) -> tuple[int, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_"))}
        child = subprocess.Popen(
            command,
            cwd=self._unfinished,
            env=own | {"TMPDIR": str(self._unfinished)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        output = self._orders.watch(child)
        return child.returncode, output.decode(errors="replace")

    def _in_words(self, error: OSError) -> str:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return f"{error.filename or self._folder}: {error.strerror or error}"
        free = shutil.disk_usage(self._folder).free / 2**20
        return (
            f"the disk is full ({free:.0f} MiB are free in {self._folder}): make room, or name a folder on "
            "another disk with `edgec devices add NAME ADDRESS --folder DIR`"
        )


def _whole(path: Path) -> bool:
    if not path.is_file():
        return path.is_dir()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == path.parent.name


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
