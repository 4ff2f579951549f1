"""A device that is this very machine: OpenSSH's own server on 127.0.0.1. The tests use it too."""

import os
import pwd
import shutil
import socket
import subprocess
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = Path("/usr/sbin/sshd")
LISTENS_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running sshd. `key`: a private key that it takes; `known`: its line for known_hosts."""

    process: subprocess.Popen[bytes]
    port: int
    key: Path
    known: str

    @property
    def address(self) -> str:
        """Of the user who runs this."""
        return f"{user()}@127.0.0.1:{self.port}"

    def trust(self, home: Path) -> None:
        """Bring the key and the known host into `home`'s .ssh."""
        ssh = home / ".ssh"
        ssh.mkdir(mode=0o700, exist_ok=True)
        (ssh / "known_hosts").write_text(self.known)
        shutil.copy(self.key, ssh / "id_ed25519")


def user() -> str:
    """The name of who runs this."""
    return pwd.getpwuid(os.getuid()).pw_name


def new_key(path: Path) -> Path:
    """A new private key at `path`, its public one beside it."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    return path


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def bare_python(folder: Path) -> Path:
    """A Python in `folder` with nothing but its own library, not even pip."""
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin/python"


@contextmanager
def loopback(folder: Path) -> Iterator[Server]:
    """A server for the block, its files in `folder`. Raises FileNotFoundError where OpenSSH has none here."""
    if not SSHD.exists():
        raise FileNotFoundError(f"needs {SSHD}: apt-get install --no-install-recommends openssh-server")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    key, host, port = new_key(folder / "key"), new_key(folder / "host"), free_port()
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {host}\nAuthorizedKeysFile {key}.pub\nPidFile none\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\n"
    )
    log = folder / "log"
    with log.open("wb") as stderr:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config"], stderr=stderr)
    try:
        _wait_until_it_listens(process, log)
        yield Server(process, port, key, f"[127.0.0.1]:{port} {host.with_suffix('.pub').read_text()}")
    finally:
        process.kill()
        process.wait()


def _wait_until_it_listens(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + LISTENS_WITHIN_S
    while "Server listening" not in log.read_text():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"sshd does not listen: {log.read_text()}")
        time.sleep(0.05)
