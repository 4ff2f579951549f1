"""Numbers of an earlier bench as the baseline: read with suspicion, and only of this very machine."""

import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from edgec.errors import MeasurementsError, UsageError
from edgec.gate.matching import Key

SCHEMA = 1
# Of the environment of a bench: what decides how fast a network runs, with its name.
_MACHINE = {
    "processor": "processor",
    "architecture": "architecture",
    "flags": "instructions",
    "cores": "cores",
    "governor": "governor",
}


@dataclass(frozen=True)
class Recorded:
    """The rows of `path` of single images, by (target, precision, profile) and threads."""

    path: Path
    environment: dict[str, Any]
    rows: dict[tuple[Key, int], dict[str, Any]]


def read_recorded(path: Path) -> Recorded:
    """The document of `edgec bench --json`. Raises MeasurementsError naming the row and key that is wrong."""
    try:
        document = json.loads(path.read_text("utf-8"), parse_constant=_refuse_constant)
    except OSError as error:
        raise MeasurementsError(f"{path} cannot be read: {error.strerror or error}") from error
    except ValueError as error:
        raise MeasurementsError(f"{path} is not JSON as `edgec bench` writes it: {error}") from error
    environment, rows = _parts(path, document)
    found = {}
    for number, row in enumerate(rows):
        try:
            _check_row(row)
        except (KeyError, TypeError, ValueError) as error:
            raise MeasurementsError(f"{path}: measurements[{number}]: {_words(error)}") from error
        if "error" not in row and row.get("batch", 1) == 1:
            found[_key(row), row["threads"]] = row
    return Recorded(path, environment, found)


def check_machine(recorded: Recorded, here: dict[str, Any]) -> None:
    """Raise MeasurementsError saying what differs, where they were measured on another machine."""
    there = recorded.environment
    told = [(name, there.get(key), here.get(key)) for key, name in _MACHINE.items()]
    versions, ours = there.get("packages") or {}, here["packages"]
    told += [(name, versions.get(name), ours.get(name)) for name in sorted({*versions, *ours})]
    differing = [
        f"{name} {_shown(then)} there, {_shown(now)} here" for name, then, now in told if then != now
    ]
    if differing:
        raise MeasurementsError(
            f"{recorded.path} was measured on another machine, whose numbers do not compare: "
            f"{'; '.join(differing)}. Name the bundle itself as the baseline, so that both run here"
        )


def recorded_threads(recorded: Recorded, threads: int | None) -> int:
    """`threads`, else those of the rows. Raises UsageError where the rows have others, or several."""
    held = sorted({count for _, count in recorded.rows})
    if threads is None and len(held) == 1:
        return held[0]
    if threads not in held:
        words = ", ".join(map(str, held)) or "none"
        raise UsageError(f"{recorded.path} holds measurements on {words} threads: choose one by --threads")
    return threads


def _parts(path: Path, document: Any) -> tuple[dict[str, Any], list[Any]]:
    known = isinstance(document, dict) and document.get("schema") == SCHEMA
    if not known or not isinstance(document.get("environment"), dict):
        raise MeasurementsError(
            f"{path} is no document of `edgec bench` of schema {SCHEMA}: write it again with it"
        )
    rows = document.get("measurements")
    if not isinstance(rows, list) or not rows:
        raise MeasurementsError(f"{path} holds no measurements: write it again with `edgec bench`")
    return document["environment"], rows


def _check_row(row: Any) -> None:
    _key(row)
    if "error" in row:
        return
    _positive(row, "threads")
    _positive(row, "size_bytes")
    _positive(row["latency_ms"], "median")


def _key(row: Any) -> Key:
    return str(row["target"]), str(row["precision"]), row["profile"]


def _positive(row: Any, key: str) -> None:
    value = row[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
        raise ValueError(f"{key} is {value!r}, which is no number above 0")


def _refuse_constant(word: str) -> None:
    raise ValueError(f"it holds {word}, which is no number")


def _words(error: Exception) -> str:
    return f"it lacks {error}" if isinstance(error, KeyError) else str(error)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "+".join(map(str, value)) or "none"
    return "unknown" if value is None else str(value)
