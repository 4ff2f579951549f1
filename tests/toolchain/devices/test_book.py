"""The file of remembered devices: whole, and refused where it is not what edgec writes."""

import os
from pathlib import Path

import pytest

from edgec.devices import add_device, find_device, make_device, read_devices, remove_device
from edgec.devices.book import book_path
from edgec.errors import OutputError, UsageError

PI = make_device("pi@host:2222", "/usr/bin/python3.11", "/data/edgec")


def test_added_found_and_removed(home: Path) -> None:
    assert read_devices() == {}
    assert not add_device("pi", PI)
    assert not add_device("jetson", make_device("nano@other"))
    assert list(read_devices()) == ["jetson", "pi"]
    assert find_device("pi") == PI
    assert add_device("pi", make_device("pi@elsewhere"))
    assert find_device("pi").address == "pi@elsewhere"
    remove_device("pi")
    assert list(read_devices()) == ["jetson"]
    assert book_path() == home / ".config/edgec/devices.yaml"
    assert list(book_path().parent.iterdir()) == [book_path()]


def test_an_address_need_not_be_remembered() -> None:
    assert find_device("pi@host") == make_device("pi@host")


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert book_path() == tmp_path / "config/edgec/devices.yaml"
    monkeypatch.setenv("EDGEC_DEVICES", str(tmp_path / "mine.yaml"))
    add_device("pi", PI)
    assert "pi@host:2222" in (tmp_path / "mine.yaml").read_text()


def test_an_unknown_name_is_answered() -> None:
    with pytest.raises(UsageError, match="edgec devices add pi pi@HOST"):
        find_device("pi")
    add_device("raspberry", PI)
    for function in (find_device, remove_device):
        with pytest.raises(UsageError, match="did you mean 'raspberry'"):
            function("rasberry")


@pytest.mark.parametrize("name", ["", "a b", "pi@host", "../x", "x" * 65, "pi\n"])
def test_a_name_that_cannot_be(name: str) -> None:
    with pytest.raises(UsageError, match="letters, digits"):
        add_device(name, PI)


@pytest.mark.parametrize(
    "text",
    [
        b"devices: [",
        b"[]",
        b"devices: 3",
        b"devices: {pi: {}}",
        b"devices: {pi: {address: 3}}",
        b"devices: {pi: {address: pi@host, password: x}}",
        b"devices: {pi: {address: '-oProxyCommand=touch x'}}",
        b"devices: {pi: {address: pi@host, python: '-c'}}",
        b"devices: {'../pi': {address: pi@host}}",
        b"devices: {1: {address: pi@host}}",
        b"other: 1",
        b"\xff\xfe\x00",
        b"!!python/object/apply:os.system ['touch x']",
        b"a: &a [x, x]\nb: &b [*a, *a]\ndevices: *b\n",
        b"&a devices: {pi: &b {address: *b}}",
        b"[" * 100_000,
        b"#" * (1 << 20) + b"\n",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_hostile_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "devices.yaml"
    path.write_bytes(text)
    monkeypatch.setenv("EDGEC_DEVICES", str(path))
    with pytest.raises(UsageError, match=r"devices\.yaml") as caught:
        read_devices()
    assert caught.value.exit_code == 2
    with pytest.raises(UsageError):
        add_device("pi", PI)
    assert path.read_bytes() == text
    assert not (tmp_path / "x").exists()


def test_a_folder_in_its_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEC_DEVICES", str(tmp_path))
    with pytest.raises(UsageError, match="cannot be read"):
        read_devices()


def test_what_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("EDGEC_DEVICES", str(tmp_path / "new/devices.yaml"))
    monkeypatch.setattr(
        os, "mkdir", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )
    with pytest.raises(OutputError, match="cannot be written: Permission denied"):
        add_device("pi", PI)
