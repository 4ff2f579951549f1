"""EmulatedPython: Python with the engines and our runtime, on another processor."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import edgec_runtime
from edgec.emulator import kernels
from edgec.emulator.cores import Core
from edgec.emulator.pieces import OWN_PYTHON, SCRIPT, home, needed, pieces
from edgec.emulator.tools import program
from edgec.errors import EmulatorError
from edgec_runtime.errors import EngineError
from edgec_runtime.lastwords import last_words

TIMEOUT = 1800.0  # seconds for one program
_LIKELY = {
    "SIGILL": ": it met an instruction that this processor lacks",
    "SIGSEGV": ": an engine's fault, or one of the emulator's",
    "SIGKILL": ": out of memory",
}


class EmulatedPython:
    """A Python on `core`. It starts other Pythons there too (`sys.executable`)."""

    def __init__(self, core: Core, cache: Path) -> None:
        """Raises EmulatorError where the emulator is not set up in `cache`."""
        self.core = core
        self.home = home(cache)
        program(core.emulator)
        found = pieces(cache)
        for name in needed(core):
            state = found[name].state()
            if state != "ready":
                raise EmulatorError(
                    f"the emulator is not set up: {found[name].folder} is {state}: run edgec emulator setup, "
                    "or name the folder where it is in EDGEC_CACHE"
                )

    @property
    def counter(self) -> Path:
        """The folder of the counter."""
        return self.home / "counter"

    @property
    def lacks_kernels(self) -> str | None:
        """A sentence where binary networks run in standard operators here."""
        return None if self.core.native else kernels.why_not(self.home / "kernels")

    def run(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> str:
        """Run Python with `arguments`; gives what it prints.

        `environment`: on top of a fixed one that holds nothing of this process's, so that a program does the
        same in every shell. Raises EngineError with one sentence where it ends by a signal, with another code
        than 0, or not within `timeout` seconds.
        """
        command = [str(self.home / self.core.name / SCRIPT), *arguments]
        with TemporaryDirectory(prefix="edgec-runtime-") as runtime:
            Path(runtime, "edgec_runtime").symlink_to(Path(edgec_runtime.__file__).parent)
            try:
                done = subprocess.run(
                    command,
                    capture_output=True,
                    text=True,
                    errors="replace",
                    timeout=timeout,
                    env={**self._environment(runtime), **(environment or {})},
                )
            except subprocess.TimeoutExpired:
                raise EngineError(f"{self.core.name}: not done within {timeout:g} s") from None
        if done.returncode != 0:
            told = "\n".join(line for line in done.stderr.splitlines() if not line.startswith("qemu-"))
            raise EngineError(
                f"{self.core.name}: {last_words('the program', done.returncode, told, _LIKELY)}"
            )
        return done.stdout

    def _environment(self, runtime: str) -> dict[str, str]:
        native = self.core.native
        engines = filter(None, sys.path) if native else [str(self.home / "wheels")]
        own = {} if native else kernels.switched_on(self.home / "kernels")
        return {
            **own,
            "PATH": os.environ.get("PATH", os.defpath),  # where QEMU is
            "HOME": "/",
            "LC_ALL": "C.UTF-8",
            OWN_PYTHON: sys.executable,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "PYTHONPATH": os.pathsep.join([runtime, *engines]),
            "PYTHONSAFEPATH": "1",
        }
