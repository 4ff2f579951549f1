"""The report: what a bench saw, as a document and as a file."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgec_runtime.errors import UsageError
from edgec_runtime.format.profile import in_words
from edgec_runtime.wholefile import write_whole
from edgec_runtime.words import one_line

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What `bench` saw.

    `bundle`: NAME-VERSION of the first. `environment`: see `machine.environment`, before the races; its key
    `after` has what changed: {temperature_c, frequency_mhz, load_average}. `warnings`: sentences about the
    whole run, each with what to do. `measurements`: a row for each variant, in their order::

        {bundle, digest, target, engine, precision, profile, threads, batch, size_bytes, precision_in_force,
         load_ms, first_ms, latency_ms: {median, low, high, mean, p90, p99, min, max, cv, runs}, image_ms,
         stages_ms: {prepare, network, mask}, cpu_ms: {user, system}, energy_mj,
         memory_mib: {imported, after_load, after_first, steady, peak, pss},
         ratio: {median, low, high}, warnings: [sentence]}

    `size_bytes`: of the network's files. `load_ms`: verify the bundle, import the engine and load the
    network. `first_ms`: the first run. `latency_ms`: of the warm runs; [low, high] holds the median with
    95 %; p90 and p99 are null where there are too few runs for them. `image_ms`: the median, of one image of
    the batch. `stages_ms`: medians, where images were segmented. `cpu_ms` and `energy_mj`: of one run;
    processor time of all threads, energy of the whole package or board. `memory_mib`: resident once numpy and
    the engine are imported, the network loaded, run once, and at the end; the peak; and `pss`, in which a
    page that others hold, too, those of the same race among them, is counted in its share. `ratio`: how many
    times as fast as the first row, an image of each, in the same race; null in the first row itself and where
    that one failed.

    null stands for what this machine does not tell. A row that failed has null for what was not measured and
    says why in `error`.
    """

    bundle: str
    environment: dict[str, Any]
    measurements: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...] = ()

    @property
    def measured(self) -> bool:
        """At least one row did not fail."""
        return any("error" not in row for row in self.measurements)

    def sentences(self) -> list[str]:
        """What failed and all warnings, a line each; those of rows once, with the titles of the rows."""
        rows = self.measurements
        failed = [f"{row_title(row, rows)} failed: {row['error']}" for row in rows if "error" in row]
        titles: dict[str, list[str]] = {}
        for row in rows:
            for sentence in row.get("warnings", ()):
                titles.setdefault(sentence, []).append(row_title(row, rows))
        several = len(rows) > 1
        of_rows = [
            f"{'every row' if several and len(names) == len(rows) else '; '.join(names)}: {sentence}"
            for sentence, names in titles.items()
        ]
        return [one_line(sentence) for sentence in (*failed, *self.warnings, *of_rows)]

    def to_json(self) -> dict[str, Any]:
        """The document of `--json`."""
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "measurements": list(self.measurements),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "BenchReport":
        """What `to_json` gave, here or on another machine."""
        rows = tuple(document["measurements"])
        return cls(rows[0]["bundle"], document["environment"], rows, tuple(document["warnings"]))


def varied(rows: Iterable[dict[str, Any]], key: str) -> bool:
    """Whether the rows differ in `key`."""
    return len({row.get(key) for row in rows}) > 1


def row_title(row: dict[str, Any], among: Iterable[dict[str, Any]] = ()) -> str:
    """Which variant a row tells of; with the bundle, threads and batch where those of `among` differ."""
    rows = list(among)
    title = f"{row['target']} {in_words(row['precision'], row['profile'])}"
    if varied(rows, "digest"):
        title = f"{bundle_label(row, rows)} {title}"
    if varied(rows, "threads"):
        title += f", {row['threads']} threads"
    return f"{title}, batch {row['batch']}" if varied(rows, "batch") else title


def bundle_label(row: dict[str, Any], among: Iterable[dict[str, Any]]) -> str:
    """NAME-VERSION, with the digest's start where another bundle has the same."""
    name: str = row["bundle"]
    same = {other["digest"] for other in among if other["bundle"] == name}
    return f"{name} {row['digest'][:8]}" if len(same) > 1 else name


def write_report(report: BenchReport, bundle: Path, device: str | None = None) -> Path:
    """Write `NAME-VERSION.bench.json` beside the bundle, whole or not at all; gives its path.

    `device`: the other machine that was measured; the file is then `NAME-VERSION.DEVICE.bench.json`.
    Raises UsageError where that folder cannot be written.
    """
    where = "" if device is None else "." + re.sub(r"[^A-Za-z0-9._-]+", "-", device)
    path = bundle.resolve().parent / f"{report.bundle}{where}.bench.json"
    try:
        write_whole(path, json.dumps(report.to_json(), indent=2) + "\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror or error}): copy the bundle to a folder of your own "
            "that has room"
        ) from error
    return path
