"""The engines' aarch64 wheels, in the versions that this machine has."""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from edgec.emulator.root import glibc, python
from edgec.emulator.tools import call
from edgec.pip import options_for

ENGINES = ("numpy", "onnxruntime", "ai-edge-litert")


def requirements() -> list[str]:
    """The engines, pinned."""
    return [f"{name}=={version(name)}" for name in ENGINES]


def make(folder: Path, root: Path) -> None:
    """Lay the wheels that fit `root`'s Python into `folder`, with this Python's pip. Raises EmulatorError."""
    minor = int(python(root).name.removeprefix("python3."))
    options = options_for("aarch64", (3, minor), (2, glibc(root)))
    where = f"--target={folder}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", where, "--no-compile", *options]
    call([*command, *requirements()], "laying the engines' wheels for aarch64")
    shutil.rmtree(folder / "bin", ignore_errors=True)  # scripts that would run this machine's Python
