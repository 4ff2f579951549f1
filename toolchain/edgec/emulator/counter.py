"""The QEMU plugin that counts: compiled, switched on, and read."""

import hashlib
from importlib import resources
from itertools import pairwise
from pathlib import Path

from edgec.emulator.tools import call, program
from edgec.errors import EmulatorError

MARK = 1_000_000
"""The number of the system call by which a guest marks a moment; no kernel has it."""

CLASSES = ("integer", "branch", "load", "store", "simd", "other")
"""As `enum class` in count.c; on x86 everything is 'other'."""

LIBRARY = "libcount.so"
SOURCE = "count.c"


def made_from() -> dict[str, str]:
    """The source."""
    text = resources.files("edgec.emulator").joinpath(SOURCE).read_bytes()
    return {"source": hashlib.sha256(text).hexdigest(), "mark": str(MARK)}


def make(folder: Path) -> None:
    """Compile the plugin into `folder`. Raises EmulatorError."""
    with resources.as_file(resources.files("edgec.emulator").joinpath(SOURCE)) as source:
        options = ["-O2", "-shared", "-fPIC", f"-DMARK={MARK}", "-o", str(folder / LIBRARY)]
        call([program("gcc"), *options, str(source)], "compiling the counter")


def switched_on(folder: Path, out: Path) -> dict[str, str]:
    """The environment that makes QEMU count into the file `out`."""
    file, counts = (str(path).replace(",", ",,") for path in (folder / LIBRARY, out))
    return {"QEMU_PLUGIN": f"file={file},out={counts}"}


def read(out: Path) -> list[dict[str, int]]:
    """Instructions by class between each two marks. Raises EmulatorError where `out` is not whole."""
    try:
        marks = [[int(word) for word in line.split()] for line in out.read_text("ascii").splitlines()]
        return [
            {name: b - a for name, a, b in zip(CLASSES, before, after, strict=True)}
            for before, after in pairwise(marks)
        ]
    except (OSError, ValueError) as error:
        raise EmulatorError(
            f"the counter wrote no counts ({error}): run edgec emulator setup again"
        ) from error
