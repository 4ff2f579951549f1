"""The system's programs that the emulator needs, and what to say where one is missing or fails."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from edgec.errors import EmulatorError

# Program -> the Debian package that brings it.
PACKAGES = {
    "qemu-aarch64": "qemu-user",
    "qemu-x86_64": "qemu-user",
    "gcc": "gcc",
    "apt-get": "apt",
    "dpkg-deb": "dpkg",
}


def missing(programs: Sequence[str]) -> str | None:
    """A sentence that names those of `programs` that are not there and the command that installs them."""
    absent = [program for program in programs if shutil.which(program) is None]
    if not absent:
        return None
    packages = dict.fromkeys(PACKAGES[program] for program in absent)
    if {"apt", "dpkg"} & packages.keys():
        return f"{' and '.join(absent)} not found: the emulator can be set up on Debian and Ubuntu only"
    return (
        f"{' and '.join(absent)} not found: apt-get install --no-install-recommends {' '.join(packages)} "
        "(as root), then run the command again"
    )


def program(name: str) -> str:
    """Its path. Raises EmulatorError with the command that installs it."""
    sentence = missing([name])
    if sentence:
        raise EmulatorError(sentence)
    return str(shutil.which(name))


def call(command: Sequence[str], what: str, environment: Mapping[str, str] | None = None) -> str:
    """Run `command` and give what it prints. Raises EmulatorError with its last words."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", env=environment)
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        words = "; ".join(lines[-3:]) or f"it printed nothing and gave {done.returncode}"
        raise EmulatorError(f"{what} failed: {Path(command[0]).name}: {words}")
    return done.stdout
