"""The rows of a bench -> the hotspots of each variant in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgec.hotspots.hotspots import Hotspots, find_hotspots
from edgec.progress import SILENT, Progress
from edgec.roofline import machine_peaks
from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import EngineError
from edgec_runtime.format.profile import in_words


@dataclass(frozen=True)
class Profiled:
    """`found`: each beside its bundle's path, in the rows' order. `failures`: a sentence for each other."""

    found: tuple[tuple[Path, Hotspots], ...]
    failures: tuple[str, ...]


def profile_rows(
    bundles: Sequence[Path], rows: Sequence[dict[str, Any]], progress: Progress = SILENT
) -> Profiled:
    """Profile what the rows of `bench` on `bundles` measured, each variant and number of threads once.

    The machine's peaks are kept beside the bundles, or measured where they are not there yet. A row that
    failed is passed over: it says why itself. Raises BundleError, and EngineError where no engine runs.
    """
    paths = {_digest(path): path for path in bundles}
    found: list[tuple[Path, Hotspots]] = []
    failures = []
    for row in _once(rows):
        path, words = paths[row["digest"]], in_words(row["precision"], row["profile"])
        peaks = machine_peaks(path.resolve().parent, row["threads"], progress)
        wanted = (row["target"], row["precision"], row["profile"])
        with progress.step(f"profile {row['target']} {words}") as step:
            try:
                found.append((path, find_hotspots(path, *wanted, peaks, row["latency_ms"]["median"])))
            except EngineError as error:
                failures.append(f"{row['target']} {words} could not be profiled: {error}")
                step.note = "failed"
    return Profiled(tuple(found), tuple(failures))


def _once(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one image that did not fail."""
    wanted: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows:
        if "error" not in row and row.get("batch", 1) == 1:
            key = tuple(row[name] for name in ("digest", "target", "precision", "profile", "threads"))
            wanted.setdefault(key, row)
    return list(wanted.values())


def _digest(path: Path) -> str:
    with Bundle.open(path) as bundle:
        return bundle.manifest.digest
