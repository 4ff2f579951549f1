"""The program on a device, talked to without a connection."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.toolchain.devices.conftest import wait_for

from edgec.devices import make_device
from edgec.devices.program import command, program

PATIENCE = b"PATIENCE = 60.0"


class Talk:
    """An agent in a process of its own; `patience`: its seconds of silence."""

    def __init__(self, folder: Path, patience: bytes = b"60.0") -> None:
        device = make_device("pi@host", sys.executable, str(folder))
        text = program(device)
        assert PATIENCE in text
        text = text.replace(PATIENCE, b"PATIENCE = " + patience.rjust(4))
        self.process = subprocess.Popen(
            command(device, len(text)), shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.say(text)
        self.who = self.hear()

    def say(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def ask(self, data: bytes = b"", **words: Any) -> dict[str, Any]:
        self.say(b"\n" + json.dumps(words).encode() + b"\n" + data)
        return self.hear()


@contextmanager
def talk(folder: Path, patience: bytes = b"60.0") -> Iterator[Talk]:
    talk = Talk(folder, patience)
    try:
        yield talk
    finally:
        talk.process.communicate(timeout=20)


def file_order(data: bytes, **words: Any) -> dict[str, Any]:
    path = f"wheels/{hashlib.sha256(data).hexdigest()}/a.whl"
    return {"order": "receive", "path": path, "size": len(data)} | words


def test_it_says_who_it_is_and_takes_what_is_whole(tmp_path: Path) -> None:
    data = b"\nnot a line\n" * 100_000
    with talk(tmp_path / "there") as agent:
        assert agent.who["python"].startswith("3.")
        assert agent.who["bits"] == 64
        path = file_order(data)["path"]
        assert agent.ask(order="missing", paths=[path, "environments/x"]) == {
            "missing": [path, "environments/x"]
        }
        assert agent.ask(data, **file_order(data)) == {}
        assert agent.ask(order="missing", paths=[path]) == {"missing": []}
    assert (tmp_path / "there" / path).read_bytes() == data
    assert not (tmp_path / "there/unfinished").exists()


def test_a_damaged_file_is_not_kept_and_the_next_order_is_understood(tmp_path: Path) -> None:
    with talk(tmp_path / "there") as agent:
        assert "arrived damaged" in agent.ask(b"other", **file_order(b"wheel"))["error"]
        assert agent.ask(order="missing", paths=[]) == {"missing": []}
    assert [entry.name for entry in (tmp_path / "there").iterdir()] == ["lock"]


def test_a_kept_file_that_changed_is_missing(tmp_path: Path) -> None:
    order = file_order(b"wheel")
    with talk(tmp_path) as agent:
        assert agent.ask(b"wheel", **order) == {}
        (tmp_path / order["path"]).write_bytes(b"whee!")
        assert agent.ask(order="missing", paths=[order["path"]]) == {"missing": [order["path"]]}


def test_what_a_killed_one_left_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "unfinished/run").mkdir(parents=True)
    (tmp_path / "unfinished/file").write_bytes(b"half")
    with talk(tmp_path):
        assert not (tmp_path / "unfinished").exists()


def test_silence_ends_it(tmp_path: Path) -> None:
    """As when a cable is pulled out: no end of the stream, and no sign of life."""
    agent = Talk(tmp_path, patience=b"1.0")
    agent.say(json.dumps(file_order(b"wheel", size=1 << 20)).encode() + b"\nhalf of it")
    wait_for(lambda: (tmp_path / "unfinished/file").exists(), "the file to arrive")
    wait_for(lambda: agent.process.poll() is not None, "the agent to end")
    assert not (tmp_path / "unfinished").exists()
    agent.process.communicate()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with talk(tmp_path / "file/there") as agent:
        assert "Not a directory" in agent.who["error"]
