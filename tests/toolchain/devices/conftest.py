"""A device on loopback: OpenSSH's own server, started here, and a bare Python in a folder of its own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgec.devices import Device, make_device

SSHD = "/usr/sbin/sshd"
USER = pwd.getpwuid(os.getuid()).pw_name


@dataclass
class Server:
    """A running sshd on 127.0.0.1. `key`: a private key that it takes; `host_key`: its public one."""

    port: int
    process: subprocess.Popen[bytes]
    key: Path
    host_key: str

    @property
    def address(self) -> str:
        return f"{USER}@127.0.0.1:{self.port}"

    def end_sessions(self) -> None:
        """As when the network breaks: every connection ends, and nobody is told why."""
        for child in children(self.process.pid):
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


def new_key(path: Path) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not Path(SSHD).exists():
        pytest.skip(f"needs {SSHD}: apt-get install --no-install-recommends openssh-server")
    folder = tmp_path_factory.mktemp("sshd")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    key, host = new_key(folder / "key"), new_key(folder / "host")
    port = free_port()
    configuration = f"""
ListenAddress 127.0.0.1
Port {port}
HostKey {host}
AuthorizedKeysFile {key}.pub
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
"""
    (folder / "sshd_config").write_text(configuration)
    process = subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=(folder / "log").open("wb")
    )
    try:
        wait_for(lambda: b"listening" in (folder / "log").read_bytes(), "sshd to listen")
        yield Server(port, process, key, host.with_suffix(".pub").read_text().strip())
    finally:
        process.kill()
        process.wait()


def wait_for(condition, what: str, seconds: float = 20) -> None:
    """Until `condition()`; a test fails where that does not come."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.05)


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing but its own library, not even pip."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin/python"


@pytest.fixture(scope="session")
def _wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels are fetched once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, _wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own: no key, no known host, no remembered device, no agent."""
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(_wheels))
    for name in ("XDG_CONFIG_HOME", "EDGEC_DEVICES", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture
def trusted(server: Server, home: Path) -> Server:
    """The server, whose host the user knows and which takes the user's key."""
    shutil.copy(server.key, home / ".ssh/id_ed25519")
    (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
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
