"""The compiled kernels: where they are, what they can do here, and whether a network got them."""

import ctypes
import os
import warnings
from functools import cache
from pathlib import Path

from edgec_runtime.kernels import DOMAIN

NAME = "libedgec_kernels.so"
VARIABLE = "EDGEC_KERNELS"
"""The environment's variable that names another library, or 'none'."""

ISA = "EDGEC_KERNEL_ISA"
"""The environment's variable that forces an instruction set; read when a network is loaded."""


class Kernels:
    """The library, loaded."""

    def __init__(self, path: Path) -> None:
        """Raises OSError where the file is not a library for this machine."""
        self.path = path
        self._library = ctypes.CDLL(str(path))
        self._library.edgec_kernels_created.restype = ctypes.c_longlong
        self._library.edgec_kernels_isa.restype = ctypes.c_char_p

    @property
    def created(self) -> int:
        """How many nodes of com.edgec were made in this process so far."""
        return int(self._library.edgec_kernels_created())

    @property
    def isas(self) -> tuple[str, ...]:
        """The instruction sets that this processor has, best first: what EDGEC_KERNEL_ISA may name."""
        names: list[str] = []
        while name := self._library.edgec_kernels_isa(len(names)):
            names.append(name.decode())
        return tuple(names)


def uses_domain(model: bytes) -> bool:
    """Whether a serialized ONNX network may hold operators of com.edgec."""
    return DOMAIN.encode() in model


def find_kernels() -> Kernels | None:
    """The library named by EDGEC_KERNELS, else the one beside this file; None where there is none.

    Warns, once, that networks will be slow without it.
    """
    path = _path()
    return None if path is None else _load(path)


def present() -> bool:
    """Whether there is a library to load; it is not loaded."""
    path = _path()
    return path is not None and path.exists()


def _path() -> Path | None:
    named = os.environ.get(VARIABLE)
    return None if named == "none" else Path(named) if named else Path(__file__).with_name(NAME)


@cache
def _load(path: Path) -> Kernels | None:
    try:
        return Kernels(path)
    except OSError as error:
        warn(str(error) if path.exists() else f"{path} is not there")
        return None


def warn(why: str) -> None:
    """Say that a binary network runs without its kernels."""
    warnings.warn(
        f"a binary network runs in standard operators, correct but slow: the kernels cannot be used ({why}). "
        "Install edgec-runtime's wheel for this machine, or build them with "
        "python -m edgec_runtime.kernels.build",
        stacklevel=3,
    )
