"""The kernels of binary networks for aarch64: cross-compiled where a compiler for it is here."""

import hashlib
from pathlib import Path

from edgec.errors import EmulatorError
from edgec_runtime.kernels import build
from edgec_runtime.kernels.library import VARIABLE

ARCHITECTURE = "aarch64"
WHY = "why-not.txt"


def made_from() -> dict[str, str]:
    """The sources and the compiler, so that one that is installed later is used."""
    digest = hashlib.sha256()
    for source in sorted(build.SOURCES.iterdir()):
        digest.update(source.read_bytes())
    return {"sources": digest.hexdigest(), "compiler": _compiler() or "none"}


def make(folder: Path) -> None:
    """Compile them into `folder`; without a compiler a file there says why not. Raises EmulatorError."""
    try:
        build.compiler(ARCHITECTURE)
    except build.CompilerError as error:
        (folder / WHY).write_text(f"{error}, then run edgec emulator setup", "utf-8")
        return
    try:
        build.compile_kernels(folder / build.LIBRARY, ARCHITECTURE)
    except build.CompilerError as error:
        raise EmulatorError(f"compiling the kernels for {ARCHITECTURE} failed: {error}") from error


def why_not(folder: Path) -> str | None:
    """A sentence where they could not be compiled."""
    path = folder / WHY
    return path.read_text("utf-8") if path.exists() else None


def switched_on(folder: Path) -> dict[str, str]:
    """The environment with which a guest uses them."""
    return {VARIABLE: "none" if why_not(folder) else str(folder / build.LIBRARY)}


def _compiler() -> str | None:
    try:
        return build.compiler(ARCHITECTURE)
    except build.CompilerError:
        return None
