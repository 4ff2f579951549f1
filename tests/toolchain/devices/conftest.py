"""A device on loopback: OpenSSH's own server, started here, and a bare Python in a folder of its own."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.loopback import SSHD, Server, bare_python, loopback

from edgec.devices import Device, make_device


def end_sessions(server: Server) -> None:
    """As when the network breaks: every connection ends, and nobody is told why."""
    for child in children(server.process.pid):
        for grandchild in children(child):
            os.kill(grandchild, 9)
        os.kill(child, 9)


def children(pid: int) -> list[int]:
    """Its sshd processes; what they run is in sessions of its own."""
    try:
        found = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return [child for child in found if Path(f"/proc/{child}/comm").read_text().startswith("sshd")]
    except FileNotFoundError:
        return []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not SSHD.exists():
        pytest.skip(f"needs {SSHD}: apt-get install --no-install-recommends openssh-server")
    with loopback(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def wait_for(condition, what: str, seconds: float = 20) -> None:
    """Until `condition()`; a test fails where that does not come."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bare_python(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels are fetched once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, _wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own: no key, no known host, no remembered device, no agent."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(_wheels))
    for name in ("XDG_CONFIG_HOME", "EDGEC_DEVICES", "EDGEC_CACHE", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def trusted(server: Server, home: Path) -> Server:
    """The server, whose host the user knows and which takes the user's key."""
    server.trust(home)
    return server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where edgec keeps its files on the device; new for each test."""
    return tmp_path / "on-device"


@pytest.fixture
def device(trusted: Server, python: Path, folder: Path) -> Device:
    return make_device(trusted.address, str(python), str(folder))


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filled") / "on-device"


@pytest.fixture
def ready(trusted: Server, python: Path, _filled: Path) -> Device:
    """A device that keeps what the tests before have sent."""
    return make_device(trusted.address, str(python), str(_filled))


def processes_in(folder: Path) -> list[int]:
    """Those that were started with a path in `folder` on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(folder).encode() in line:
                found.append(int(entry.name))
    return found


def clean(device: Device) -> bool:
    """Nothing of a run is left there, and no process of it."""
    folder = Path(device.folder)
    return not (folder / "unfinished").exists() and not processes_in(folder / "unfinished")
