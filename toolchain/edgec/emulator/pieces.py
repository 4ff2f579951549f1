"""What the emulator is made of, in the order in which it is made."""

import shlex
import shutil
import sys
from functools import partial
from pathlib import Path

import edgec_runtime
from edgec.emulator import counter, linux, root, wheels
from edgec.emulator.cores import CORES, Core
from edgec.emulator.piece import Piece

SCRIPT = "python"
RUNTIME = "runtime"
_LINKED = ("bin", "etc", "lib", "sbin", "usr", "var")


def home(cache: Path) -> Path:
    """The emulator's folder in a cache folder."""
    return cache / "emulator"


def pieces(cache: Path) -> dict[str, Piece]:
    """Root, wheels, counter and a folder for each processor, by name."""
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
    ]
    found += [
        Piece(place / core.name, {**system, **_core_made_from(place, core)}, partial(_make_core, core, place))
        for core in CORES.values()
    ]
    return {piece.name: piece for piece in found}


def needed(core: Core) -> list[str]:
    """The pieces that a program on `core` needs."""
    return ["counter", core.name] if core.native else ["root", "wheels", "counter", core.name]


def _core_made_from(place: Path, core: Core) -> dict[str, str]:
    return {
        "core": repr(core),
        "home": str(place),
        "python": sys.executable,
        "runtime": str(Path(edgec_runtime.__file__).parent),
    }


def _make_core(core: Core, place: Path, folder: Path) -> None:
    """The processor's description, our runtime, and `python`: a script that runs Python on it.

    The guest starts that script when it starts its own Python, and so needs no help of the kernel's.
    """
    linux.write_files(folder, core)
    (folder / RUNTIME).mkdir()
    (folder / RUNTIME / "edgec_runtime").symlink_to(Path(edgec_runtime.__file__).parent)
    own = place / core.name
    name, interpreter = own / SCRIPT, Path(sys.executable)
    if core.native:
        name = interpreter  # a virtual environment is found by the name
    else:
        interpreter = root.python(place / "root")
        for link in _LINKED:
            if (place / "root" / link).exists():
                (folder / link).symlink_to(place / "root" / link)
    emulator = shutil.which(core.emulator) or core.emulator
    command = [emulator, "-0", str(name), "-cpu", core.model, "-seed", "1", "-L", str(own), str(interpreter)]
    script = folder / SCRIPT
    script.write_text(f'#!/bin/sh\nulimit -c 0\nexec {shlex.join(command)} "$@"\n', "utf-8")
    script.chmod(0o755)
