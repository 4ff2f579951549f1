"""The SQLite file: made, appended to and read in transactions, and only where it is a history of ours."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from edgec.errors import HistoryError
from edgec.history.entry import Entry

SCHEMA = 1
APPLICATION = int.from_bytes(b"edgh")
WAIT_S = 60.0  # for another process that writes

_MAGIC = b"SQLite format 3\0"
# A digest stands there once: what was appended is not appended again. The journal is SQLite's default, not
# WAL: one file that can be copied, and that works on folders of a network too.
_TABLES = (
    """
    CREATE TABLE run (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        time TEXT NOT NULL,
        document TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE measurement (
        id INTEGER PRIMARY KEY,
        run INTEGER NOT NULL REFERENCES run (id),
        name TEXT NOT NULL,
        version TEXT NOT NULL,
        digest TEXT NOT NULL,
        git_revision TEXT,
        target TEXT NOT NULL,
        engine TEXT NOT NULL,
        engine_version TEXT,
        precision TEXT NOT NULL,
        profile TEXT,
        threads INTEGER NOT NULL,
        batch INTEGER NOT NULL,
        work TEXT NOT NULL,
        latency_ms REAL,
        latency_low REAL,
        latency_high REAL,
        latency_p90 REAL,
        latency_cv REAL,
        memory_mib REAL,
        size_bytes REAL,
        dice REAL,
        dice_data TEXT,
        machine TEXT NOT NULL,
        machine_name TEXT NOT NULL,
        row TEXT NOT NULL
    ) STRICT
    """,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {SCHEMA}",
)
_COLUMNS = ", ".join(field.name for field in fields(Entry))
_ADVICE = {
    "SQLITE_BUSY": "another process has been writing to it for a minute: try again when it is done",
    "SQLITE_CANTOPEN": "its folder is missing or cannot be written: name another file",
    "SQLITE_CORRUPT": "it is damaged: take a copy that is whole",
    "SQLITE_FULL": "the disk is full: free some space; what was in the file is still there",
    "SQLITE_IOERR": "the disk is full or broken: free some space; what was in the file is still there",
    "SQLITE_READONLY": "it cannot be written: name another file",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a bench: the digest of its document, when it was recorded (UTC, ISO 8601), and what the
    document says besides its rows, as JSON."""

    digest: str
    time: str
    document: str


def create(path: Path) -> None:
    """Make the file with its tables, unless it is there. Raises HistoryError."""
    with _writing(path):
        pass


def insert(path: Path, run: Run, entries: Sequence[Entry]) -> int:
    """Add a run with its entries, or nothing where it is there already; gives how many entries were added.

    Raises HistoryError.
    """
    with _writing(path) as connection:
        if connection.execute("SELECT 1 FROM run WHERE digest = ?", [run.digest]).fetchone():
            return 0
        added = connection.execute("INSERT INTO run (digest, time, document) VALUES (?, ?, ?)", astuple(run))
        marks = ", ".join("?" for _ in fields(Entry))
        connection.executemany(
            f"INSERT INTO measurement (run, {_COLUMNS}) VALUES ({added.lastrowid}, {marks})",
            map(astuple, entries),
        )
        return len(entries)


def read(path: Path) -> list[tuple[str, Entry]]:
    """All entries with the time of their run, in the order in which they were added. Raises HistoryError."""
    with _connection(path, "rw") as connection:
        if _is_empty(connection):
            return []
        query = f"""
            SELECT run.time, {", ".join(f"measurement.{field.name}" for field in fields(Entry))}
            FROM measurement JOIN run ON run.id = measurement.run ORDER BY measurement.id
        """
        return [(time, Entry(*columns)) for time, *columns in connection.execute(query)]


@contextmanager
def _writing(path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction that others wait for; the tables are there in it."""
    with _connection(path, "rwc") as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _TABLES if _is_empty(connection) else ():
                connection.execute(statement)
            yield connection
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.rollback()


@contextmanager
def _connection(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    _refuse_foreign(path, new=mode == "rwc")
    uri = f"{path.resolve().as_uri()}?mode={mode}"
    try:
        with closing(sqlite3.connect(uri, WAIT_S, isolation_level=None, uri=True)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise HistoryError(f"{path}: {error}: {_advice(error)}") from error


def _is_empty(connection: sqlite3.Connection) -> bool:
    found: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    return found == 0


def _refuse_foreign(path: Path, new: bool) -> None:
    """Raise HistoryError for what is not a history, by the header of its bytes: SQLite, were it let open
    another program's file, might already roll back what that program left half done."""
    try:
        if new and not path.exists():
            return
        head = _header(path)
    except OSError as error:
        raise HistoryError(
            f"{path} cannot be read ({error.strerror or error}): name a file that "
            "`edgec bench --history` wrote"
        ) from error
    if not head:
        return
    if head[:16] != _MAGIC or int.from_bytes(head[68:72]) != APPLICATION:
        kind = "the database of another program" if head[:16] == _MAGIC else "not a database"
        raise HistoryError(
            f"{path} is {kind}, no history of edgec's, and was left as it is: name another file"
        )
    schema = int.from_bytes(head[60:64])
    if schema != SCHEMA:
        raise HistoryError(
            f"{path} has schema {schema}, and this edgec reads {SCHEMA}: upgrade edgec, or name another file"
        )


def _header(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise OSError("not a file")
    with path.open("rb") as file:
        return file.read(100)


def _advice(error: sqlite3.Error) -> str:
    name = getattr(error, "sqlite_errorname", None) or ""
    return next((text for prefix, text in _ADVICE.items() if name.startswith(prefix)), "name another file")
