import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from tests.toolchain.history.made import ENTRY, recorded, versions

from edgec.errors import HistoryError
from edgec.history.entry import Entry
from edgec.history.store import SCHEMA, Run, create, insert, read

RUN = Run("digest", "2026-01-01", "{}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a history?.db"


def test_what_is_inserted_is_read(path: Path) -> None:
    entries = [*versions(), replace(ENTRY, latency_ms=None, dice=None, profile="portable")]
    assert insert(path, RUN, entries) == len(entries)
    assert read(path) == [("2026-01-01", entry) for entry in entries]


def test_the_same_run_twice_is_one(path: Path) -> None:
    assert insert(path, RUN, [ENTRY]) == 1
    before = path.read_bytes()
    assert insert(path, RUN, [ENTRY]) == 0
    assert path.read_bytes() == before
    assert insert(path, replace(RUN, digest="another"), [ENTRY]) == 1


def test_an_empty_file_becomes_a_history(path: Path) -> None:
    path.touch()
    assert read(path) == []
    create(path)
    assert read(path) == []
    assert path.read_bytes().startswith(b"SQLite format 3\0")


def database(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def garbage(path: Path) -> None:
    path.write_bytes(b"{}")


def of_another_program(path: Path) -> None:
    database(path, "CREATE TABLE run (digest TEXT)", "PRAGMA user_version = 1")


def of_another_identity(path: Path) -> None:
    database(path, "CREATE TABLE run (digest TEXT)", "PRAGMA application_id = 77")


def newer(path: Path) -> None:
    create(path)
    database(path, f"PRAGMA user_version = {SCHEMA + 1}")


def damaged(path: Path) -> None:
    recorded(path, versions())
    content = bytearray(path.read_bytes())
    content[100:] = os.urandom(len(content) - 100)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (garbage, "not a database"),
        (of_another_program, "database of another program"),
        (of_another_identity, "database of another program"),
        (newer, "upgrade edgec"),
        (damaged, "damaged"),
        (Path.mkdir, "not a file"),
        (os.mkfifo, "not a file"),
    ],
)
@pytest.mark.parametrize("use", [read, create, lambda path: insert(path, RUN, [ENTRY])])
def test_what_is_no_history_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], why: str, use: Callable[[Path], object]
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(HistoryError, match=why):
        use(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert list(path.parent.iterdir()) == [path]


def test_what_is_not_there_is_not_made_by_reading(path: Path) -> None:
    with pytest.raises(HistoryError, match="No such file"):
        read(path)
    assert not path.exists()


@pytest.mark.parametrize("folder", ["missing", "/proc"])
def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(HistoryError, match="name another file"):
        create(tmp_path / folder / "history.db")


def in_another_process(path: Path, *lines: str) -> subprocess.Popen[str]:
    head = [
        "import os, signal, sys",
        "from pathlib import Path",
        "from tests.toolchain.history.made import ENTRY",
        "from edgec.history import store",
        "path = Path(sys.argv[1])",
    ]
    command = [sys.executable, "-c", "\n".join([*head, *lines]), str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_half_way_the_file_is_whole(path: Path) -> None:
    """The pages of the killed transaction are in the file already: SQLite has to take them back."""
    recorded(path, versions())
    kept, size = read(path), path.stat().st_size
    killed = in_another_process(
        path,
        "with store._writing(path) as connection:",
        "    connection.execute('PRAGMA cache_size = 2')",
        "    connection.execute('INSERT INTO run VALUES (9999, ?, ?, ?)', ('killed', '', 'x' * 1_000_000))",
        "    os.kill(os.getpid(), signal.SIGKILL)",
    )
    assert killed.wait() == -signal.SIGKILL
    assert path.stat().st_size > size
    assert read(path) == kept
    assert insert(path, RUN, [ENTRY]) == 1
    assert len(read(path)) == len(kept) + 1


def test_killed_while_it_is_made_the_next_one_makes_it(path: Path) -> None:
    killed = in_another_process(
        path, "with store._writing(path):", "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert killed.wait() == -signal.SIGKILL
    assert insert(path, RUN, [ENTRY]) == 1


def test_writers_wait_for_each_other(path: Path) -> None:
    """All begin with no file, so that they also race for making it."""
    writers = [
        in_another_process(
            path,
            "for number in range(20):",
            f"    store.insert(path, store.Run(f'{writer} {{number}}', '', '{{}}'), [ENTRY] * 3)",
        )
        for writer in range(4)
    ]
    for writer in writers:
        assert writer.communicate()[1] == ""
    assert len(read(path)) == 4 * 20 * 3


def test_a_full_disk_is_said_and_the_file_is_whole(path: Path) -> None:
    recorded(path, versions())
    kept, size = read(path), path.stat().st_size

    def limited() -> None:
        sys.dont_write_bytecode = True
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    large = replace(ENTRY, row="x" * 1_000_000)
    read_end, write_end = os.pipe()
    if (child := os.fork()) == 0:
        limited()
        try:
            insert(path, RUN, [large])
        except HistoryError as error:
            os.write(write_end, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(write_end)
    assert b"free some space" in os.read(read_end, 4096)
    os.close(read_end)
    assert read(path) == kept


def test_a_busy_file_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(path)
    monkeypatch.setattr("edgec.history.store.WAIT_S", 0.05)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(HistoryError, match="another process"):
            insert(path, RUN, [ENTRY])
        other.execute("ROLLBACK")
    other.close()


def test_columns_are_those_of_an_entry(path: Path) -> None:
    create(path)
    with sqlite3.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(measurement)")]
    connection.close()
    assert columns == ["id", "run", *Entry.__slots__]
