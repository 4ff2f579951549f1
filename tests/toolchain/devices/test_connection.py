"""Every way in which a device cannot be reached says what happened, where, and what to do."""

import os
import subprocess
from pathlib import Path

import pytest
from benchmarks.loopback import Server, free_port, new_key, user

from edgec.devices import Device, bench_on_device, make_device
from edgec.errors import DeviceError

USER = user()


def refused(bundle: Path, device: Device) -> str:
    with pytest.raises(DeviceError) as caught:
        bench_on_device([bundle], device, ["cpu"], ["fp32"])
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_nobody_listens(tiny_bundle: Path) -> None:
    port = free_port()
    said = refused(tiny_bundle, make_device(f"{USER}@127.0.0.1:{port}"))
    assert f"[127.0.0.1]:{port}: the connection was refused" in said
    assert f"`ssh -p {port} {USER}@127.0.0.1`" in said


def test_an_unknown_host_is_refused_with_the_command_that_accepts_it(
    server: Server, home: Path, tiny_bundle: Path
) -> None:
    said = refused(tiny_bundle, make_device(server.address))
    assert "host key is not the one in known_hosts" in said
    assert f"`ssh -p {server.port} {USER}@127.0.0.1`" in said
    assert not (home / ".ssh/known_hosts").exists()


def test_a_host_with_another_key_is_refused(trusted: Server, home: Path, tmp_path: Path, tiny_bundle) -> None:
    other = new_key(tmp_path / "other").with_suffix(".pub").read_text()
    (home / ".ssh/known_hosts").write_text(f"[127.0.0.1]:{trusted.port} {other}")
    said = refused(tiny_bundle, make_device(trusted.address))
    assert f"`ssh-keygen -R '[127.0.0.1]:{trusted.port}'`" in said


def test_no_known_hosts_at_all_is_not_trust(
    trusted: Server, home: Path, folder: Path, tiny_bundle: Path
) -> None:
    (home / ".ssh/known_hosts").unlink()
    (home / ".ssh/config").write_text("UserKnownHostsFile none\n")
    assert "known_hosts" in refused(tiny_bundle, make_device(trusted.address, folder=str(folder)))


@pytest.mark.parametrize("key", ["none", "another"])
def test_no_key_that_is_taken(trusted: Server, home: Path, tiny_bundle: Path, key: str) -> None:
    (home / ".ssh/id_ed25519").unlink()
    if key == "another":
        new_key(home / ".ssh/id_ed25519")
    said = refused(tiny_bundle, make_device(trusted.address))
    assert "it takes none of your keys" in said
    assert f"`ssh-copy-id -p {trusted.port} {USER}@127.0.0.1`" in said


def test_a_host_name_that_nobody_has(tiny_bundle: Path) -> None:
    assert "cannot be reached" in refused(tiny_bundle, make_device("pi@no-such-host.invalid"))


def test_a_broken_configuration_is_named(trusted: Server, home: Path, tiny_bundle: Path) -> None:
    (home / ".ssh/config").write_text("Port many\n")
    assert "many" in refused(tiny_bundle, make_device(USER + "@127.0.0.1"))


def test_the_configuration_says_user_port_and_key(
    trusted: Server, home: Path, python: Path, folder: Path, tiny_bundle: Path
) -> None:
    (home / ".ssh/id_ed25519").rename(home / ".ssh/mine")
    known = (home / ".ssh/known_hosts").rename(home / ".ssh/known")
    (home / ".ssh/config").write_text(
        f"Host pi\n  HostName 127.0.0.1\n  Port {trusted.port}\n  User {USER}\n"
        f"  IdentityFile {home}/.ssh/mine\n  UserKnownHostsFile {known}\n"
    )
    # It gets as far as Python there, which is a step after the login.
    assert "no such Python" in refused(tiny_bundle, make_device("pi", "/no/python", str(folder)))


def test_the_agent_brings_the_key(
    trusted: Server, home: Path, folder: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Its socket's path is short: that of a test's own folder may be too long for one.
    started = subprocess.run(["ssh-agent", "-s"], check=True, capture_output=True, text=True).stdout
    words = dict(line.split(";")[0].split("=") for line in started.splitlines() if "=" in line)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", words["SSH_AUTH_SOCK"])
        subprocess.run(["ssh-add", "-q", str(home / ".ssh/id_ed25519")], check=True)
        (home / ".ssh/id_ed25519").unlink()
        assert "no such Python" in refused(
            tiny_bundle, make_device(trusted.address, "/no/python", str(folder))
        )
    finally:
        os.kill(int(words["SSH_AGENT_PID"]), 15)
