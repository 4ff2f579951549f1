"""Entry: what is kept of one row of a bench; and how a bench's document becomes entries."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from edgec.errors import HistoryError
from edgec.history.machine import machine_digest, machine_name
from edgec_runtime.engines import ENGINES
from edgec_runtime.format.manifest import Accuracy, Manifest

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One variant, measured once.

    `digest`, `git_revision`: the bundle's. `work`: what was timed, "network" or, where a folder of images was
    given, "images", from pixels to mask. `latency_ms`: the median; [`latency_low`, `latency_high`] its 95 %
    interval. `memory_mib`: the peak. `dice`: the manifest's, on the data set `dice_data`. `machine`: see
    machine.py. `row`: all that the bench said, as JSON. What was not measured is None; of a variant that
    failed that is all.
    """

    name: str
    version: str
    digest: str
    git_revision: str | None
    target: str
    engine: str
    engine_version: str | None
    precision: str
    profile: str | None
    threads: int
    batch: int
    work: str
    latency_ms: float | None
    latency_low: float | None
    latency_high: float | None
    latency_p90: float | None
    latency_cv: float | None
    memory_mib: float | None
    size_bytes: float | None
    dice: float | None
    dice_data: str | None
    machine: str
    machine_name: str
    row: str


def entries_of(document: Document, manifests: Sequence[Manifest]) -> list[Entry]:
    """An entry for each row of the `measurements` of a bench's document.

    Raises HistoryError for a row of a bundle that is none of `manifests`, or whose numbers are none.
    """
    environment = document["environment"]
    return [_entry(row, environment, _manifest(row, manifests)) for row in document["measurements"]]


def _entry(row: Mapping[str, Any], environment: Mapping[str, Any], manifest: Manifest) -> Entry:
    accuracy = _accuracy(row, manifest)
    return Entry(
        name=manifest.name,
        version=manifest.version,
        digest=manifest.digest,
        git_revision=manifest.lineage.git_revision,
        target=row["target"],
        engine=row["engine"],
        engine_version=_engine_version(row["engine"], environment.get("packages", {})),
        precision=row["precision"],
        profile=row.get("profile"),
        threads=row["threads"],
        batch=row.get("batch", 1),
        work="network" if row.get("stages_ms") is None else "images",
        latency_ms=_number(row, "latency_ms", "median"),
        latency_low=_number(row, "latency_ms", "low"),
        latency_high=_number(row, "latency_ms", "high"),
        latency_p90=_number(row, "latency_ms", "p90"),
        latency_cv=_number(row, "latency_ms", "cv"),
        memory_mib=_number(row, "memory_mib", "peak"),
        size_bytes=_number(row, "size_bytes"),
        dice=None if accuracy is None else accuracy.dice,
        dice_data=None if accuracy is None else accuracy.data,
        machine=machine_digest(environment),
        machine_name=machine_name(environment),
        row=json.dumps(row, sort_keys=True),
    )


def _manifest(row: Mapping[str, Any], manifests: Iterable[Manifest]) -> Manifest:
    """By the digest, which the rows of older benches have not."""
    for manifest in manifests:
        named = row["bundle"] == f"{manifest.name}-{manifest.version}"
        if named and row.get("digest", manifest.digest) == manifest.digest:
            return manifest
    raise HistoryError(f"{row['bundle']} was measured and is none of the bundles given: measure it again")


def _accuracy(row: Mapping[str, Any], manifest: Manifest) -> Accuracy | None:
    key = (row["target"], row["precision"], row.get("profile"))
    for variant in manifest.variants:
        if (variant.target, variant.precision, variant.profile) == key:
            return variant.accuracy
    return None


def _engine_version(engine: str, packages: Mapping[str, str]) -> str | None:
    names = [name for implementation in ENGINES.get(engine, ()) for name in implementation.packages]
    return next((packages[name] for name in names if name in packages), None)


def _number(row: Mapping[str, Any], *keys: str) -> float | None:
    value: Any = row
    for key in keys:
        value = None if value is None else value.get(key)
    if value is None:
        return None
    if type(value) in (int, float) and math.isfinite(value) and value >= 0:
        return float(value)
    raise HistoryError(
        f"{row['bundle']} {row['target']} {row['precision']}: {'.'.join(keys)} is {value!r}, which no "
        "measurement gives: nothing was recorded, measure it again"
    )
