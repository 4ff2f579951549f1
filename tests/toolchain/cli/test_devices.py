"""`edgec devices`, and what `edgec bench --device` refuses before it connects."""

import json
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGEC_DEVICES", str(tmp_path / "devices.yaml"))


def test_add_list_remove(here) -> None:
    added = here("devices", "add", "pi", "pi@host:2222", "--python", "/opt/python3.11", "--json")
    assert added.returncode == 0
    row = {"name": "pi", "address": "pi@host:2222", "python": "/opt/python3.11", "folder": "~/.cache/edgec"}
    assert json.loads(added.stdout) == {"schema": 1, "device": row}
    assert "in place of" in here("devices", "add", "pi", "pi@host:2222", "--python", "/opt/python3.11").stderr
    for words in (["devices", "--json"], ["devices", "list", "--json"]):
        assert json.loads(here(*words).stdout) == {"schema": 1, "devices": [row]}
    shown = here("devices")
    assert "pi@host:2222" in shown.stdout
    assert "edgec bench --device pi" in shown.stderr
    assert json.loads(here("devices", "remove", "pi", "--json").stdout) == {"schema": 1, "removed": "pi"}
    assert "edgec devices add" in here("devices").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["devices", "ad"], "Did you mean 'add'"),
        (["devices", "add", "pi"], "Missing argument"),
        (["devices", "add", "pi", "pi@host:x"], "is not an address"),
        (["devices", "add", "a b", "pi@host"], "letters, digits"),
        (["devices", "add", "pi", "pi@host", "--folder", "here"], "--folder 'here'"),
        (["devices", "remove", "pi"], "is not a name"),
        (["bench", "no.edgec", "--device", "pi"], "edgec devices add pi pi@HOST"),
        (["bench", "no.edgec", "--device", "pi@host"], "there is no such file or folder"),
    ],
)
def test_a_mistake_exits_2(here, words: list[str], said: str) -> None:
    finished = here(*words)
    assert said in finished.stderr
    assert (finished.returncode, finished.stdout) == (2, "")


def test_a_hostile_file_exits_2(here, tmp_path: Path) -> None:
    (tmp_path / "devices.yaml").write_text("devices: {pi: {address: '\x1b[2J'}}")
    finished = here("devices")
    assert finished.returncode == 2
    assert "devices.yaml" in finished.stderr
    assert "\x1b" not in finished.stderr


def test_asyncssh_is_not_imported_for_a_list(edgec, tmp_path: Path) -> None:
    finished = edgec("devices", PYTHONPROFILEIMPORTTIME="1")
    assert finished.returncode == 0
    assert "pydantic" in finished.stderr
    assert "asyncssh" not in finished.stderr
