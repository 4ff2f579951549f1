"""The arm64 root: the system's own Python and its libraries, as the machine's package sources have them."""

import platform
import re
import shutil
from pathlib import Path

from edgec.emulator.tools import call, program
from edgec.errors import EmulatorError

PACKAGES = ("python3", "libstdc++6")


def made_from() -> dict[str, str]:
    """The packages and the release of this machine's system that they are taken from."""
    release = platform.freedesktop_os_release()
    return {"packages": " ".join(PACKAGES), "release": f"{release['ID']} {release.get('VERSION_ID', '')}"}


def make(folder: Path) -> None:
    """Download the packages with apt's own configuration and unpack them; this system stays as it is.

    Nothing is installed or configured, no root rights are needed. Raises EmulatorError.
    """
    apt = folder / ".apt"
    for name in ("lists/partial", "archives/partial"):
        (apt / name).mkdir(parents=True)
    (apt / "status").touch()
    command = [program("apt-get"), "--quiet=2", *_options(apt)]
    call([*command, "update"], "reading the package lists for arm64")
    call([*command, "--yes", "--download-only", "install", *PACKAGES], "downloading Python for arm64")
    for package in sorted((apt / "archives").glob("*.deb")):
        call([program("dpkg-deb"), "--extract", str(package), str(folder)], f"unpacking {package.name}")
    shutil.rmtree(apt)


def _options(apt: Path) -> list[str]:
    """An arm64 system of its own, in which nothing is installed."""
    options = {
        "APT::Architecture": "arm64",
        "APT::Architectures": "arm64",
        "APT::Install-Recommends": "0",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Debug::NoLocking": "1",
        "Dir::Cache": str(apt),
        "Dir::Cache::archives": str(apt / "archives"),
        "Dir::State": str(apt),
        "Dir::State::lists": str(apt / "lists"),
        "Dir::State::status": str(apt / "status"),
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def python(root: Path) -> Path:
    """The root's Python. Raises EmulatorError."""
    found = [
        path for path in (root / "usr/bin").glob("python3.*") if re.fullmatch(r"python3\.\d+", path.name)
    ]
    if len(found) != 1:
        raise EmulatorError(f"{root} holds no Python: remove it and run edgec emulator setup again")
    return found[0]


def glibc(root: Path) -> int:
    """Its minor version N: wheels for manylinux_2_N and older run there. Raises EmulatorError."""
    for library in root.glob("**/aarch64-linux-gnu/libc.so.6"):
        found = re.search(rb"GNU C Library [^\n]* version 2\.(\d+)", library.read_bytes())
        if found:
            return int(found[1])
    raise EmulatorError(f"{root} holds no C library: remove it and run edgec emulator setup again")
