"""Names of classes: those that a data set knows, and those that somebody wants of it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edgec.data.images import IGNORE
from edgec.errors import DataError

Classes = int | Sequence[str] | None
"""How many classes with the background, their names, or whatever the data set has."""

BACKGROUND = "background"
BINARY = (BACKGROUND, "foreground")
MOST = IGNORE  # a mask is 8 bits, and 255 means something else


def class_names(wanted: Classes) -> tuple[str, ...]:
    """The names for masks that are only numbers; two classes where nothing is wanted.

    Raises DataError for less than two, more than 255, or a name that stands there twice.
    """
    if wanted is None:
        return BINARY
    if isinstance(wanted, int):
        wanted = BINARY if wanted == len(BINARY) else [f"class-{index}" for index in range(wanted)]
    if not 2 <= len(wanted) <= MOST or len(set(wanted)) < len(wanted):
        raise DataError(
            f"{len(wanted)} classes ({', '.join(wanted[:8])}): give 2 to {MOST} different names, the "
            "background first"
        )
    return tuple(wanted)


def choose_classes(
    known: tuple[str, ...], wanted: Classes, where: Path
) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    """The wanted ones of the classes that a data set names, and the new index of each of its own indices.

    The table is uint8 of length 256; what is not wanted becomes background, and IGNORE stays. The first name
    wanted is that of the background, whatever it is called. Raises DataError for a name that the data set
    does not know, or for another number of classes than it has.
    """
    table = np.arange(256, dtype=np.uint8)
    if wanted is None or isinstance(wanted, int):
        if wanted is not None and wanted != len(known):
            raise DataError(
                f"{where}: has the {len(known)} classes {', '.join(known)}, not {wanted}. Take a network "
                "with as many, or name the classes that you want (`classes` of the recipe's `data`)."
            )
        return known, table
    names = class_names(wanted)
    unknown = [name for name in names[1:] if name not in known[1:]]
    if unknown:
        raise DataError(
            f"{where}: knows no class {unknown[0]!r}. Its classes are {', '.join(known)}; name some of them, "
            "the background first."
        )
    table[: len(known)] = [names.index(name) if name in names[1:] else 0 for name in known]
    return names, table
