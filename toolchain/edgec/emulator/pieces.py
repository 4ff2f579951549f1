"""What the emulator is made of, in the order in which it is made."""

import shlex
from functools import partial
from pathlib import Path

from edgec.emulator import counter, kernels, linux, root, wheels
from edgec.emulator.cores import CORES, Core
from edgec.emulator.piece import Piece

SCRIPT = "python"
OWN_PYTHON = "EDGEC_PYTHON"
"""The environment's variable that tells the script of this machine's own architecture which Python to run."""


def home(cache: Path) -> Path:
    """The emulator's folder in a cache folder."""
    return cache / "emulator"


def pieces(cache: Path) -> dict[str, Piece]:
    """Root, wheels, counter, kernels and a folder for each processor, by name."""
    place = home(cache)
    system = root.made_from()
    found = [
        Piece(place / "root", system, root.make),
        Piece(
            place / "wheels",
            {**system, "wheels": " ".join(wheels.requirements())},
            partial(wheels.make, root=place / "root"),
        ),
        Piece(place / "counter", counter.made_from(), counter.make),
        Piece(place / "kernels", kernels.made_from(), kernels.make),
    ]
    found += [
        Piece(
            place / core.name,
            {**system, "core": repr(core), "home": str(place)},
            partial(_make_core, core, place),
        )
        for core in CORES.values()
    ]
    return {piece.name: piece for piece in found}


def needed(core: Core) -> list[str]:
    """The pieces that a program on `core` needs."""
    foreign = [] if core.native else ["root", "wheels", "kernels"]
    return [*foreign, "counter", core.name]


def _make_core(core: Core, place: Path, folder: Path) -> None:
    """The processor's description, and `python`: a script that runs Python on it.

    The guest starts that script when it starts its own Python, and so needs no help of the kernel's. This
    machine's own programs need no other root; which Python it is, is told when it is run.
    """
    linux.write_files(folder, core)
    own = place / core.name
    name, interpreter = f'"${OWN_PYTHON}"', f'"${OWN_PYTHON}"'  # a virtual environment is found by the name
    if not core.native:
        name = shlex.quote(str(own / SCRIPT))
        interpreter = shlex.quote(str(root.python(place / "root")))
        for link in sorted(path.name for path in (place / "root").iterdir() if path.is_dir()):
            (folder / link).symlink_to(place / "root" / link)
    options = shlex.join(["-cpu", core.model, "-seed", "1", "-L", str(own)])
    script = folder / SCRIPT
    script.write_text(
        f'#!/bin/sh\nulimit -c 0\nexec {core.emulator} -0 {name} {options} {interpreter} "$@"\n', "utf-8"
    )
    script.chmod(0o755)
