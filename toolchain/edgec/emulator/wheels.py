"""The engines' aarch64 wheels, in the versions that this machine has."""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path

from edgec.emulator.root import glibc, python
from edgec.emulator.tools import call

ENGINES = ("numpy", "onnxruntime", "ai-edge-litert")
OLDEST = 17  # glibc 2.17, manylinux2014


def requirements() -> list[str]:
    """The engines, pinned."""
    return [f"{name}=={version(name)}" for name in ENGINES]


def make(folder: Path, root: Path) -> None:
    """Lay the wheels that fit `root`'s Python into `folder`, with this Python's pip. Raises EmulatorError."""
    minor = python(root).name.removeprefix("python3.")
    platforms = [f"manylinux_2_{number}_aarch64" for number in range(OLDEST, glibc(root) + 1)]
    options = [f"--platform={name}" for name in (*platforms, "manylinux2014_aarch64")]
    options += [f"--abi={name}" for name in (f"cp3{minor}", "abi3", "none")]
    options += ["--only-binary=:all:", "--implementation=cp", f"--python-version=3.{minor}", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", "--quiet", f"--target={folder}", *options]
    call([*command, *requirements()], "laying the engines' wheels for aarch64")
    shutil.rmtree(folder / "bin", ignore_errors=True)  # scripts that would run this machine's Python
