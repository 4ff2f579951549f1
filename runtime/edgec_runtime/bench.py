"""Measure a bundle's variants on this machine, each in a fresh process."""

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import wanted_variants
from edgec_runtime.errors import EngineError, UsageError
from edgec_runtime.format.manifest import Variant
from edgec_runtime.format.profile import in_words
from edgec_runtime.machine import cores, environment
from edgec_runtime.measure import NOISY, Policy, measure
from edgec_runtime.process import VariantProcess

SCHEMA = 1

OnRow = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class BenchReport:
    """What `bench` saw.

    `environment`: see `machine.environment`. `measurements`: a row for each variant, in their order::

        {bundle, target, engine, precision, profile, precision_in_force, threads, load_ms, first_ms,
         latency_ms: {median, mean, p90, p99, min, max, cv, runs}, memory_mib: {peak, after_load}, size_bytes}

    `load_ms`: verify the bundle, import the engine and load the network. `first_ms`: the first run.
    `latency_ms`: the warm runs of one image through `Session.run`; p90 and p99 are null where there are too
    few runs for them. `size_bytes`: of the network's files. `warning`: present where the runs vary too much.
    A row that failed has null for what was not measured and says why in `error`.
    """

    bundle: str
    environment: dict[str, Any]
    measurements: tuple[dict[str, Any], ...]

    @property
    def measured(self) -> bool:
        """At least one row did not fail."""
        return any("error" not in row for row in self.measurements)

    def to_json(self) -> dict[str, Any]:
        """The document of `--json`."""
        return {
            "schema": SCHEMA,
            "environment": self.environment,
            "measurements": list(self.measurements),
        }

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "BenchReport":
        """What `to_json` gave, here or on another machine."""
        rows = tuple(document["measurements"])
        return cls(rows[0]["bundle"], document["environment"], rows)


def bench(
    path: str | os.PathLike[str],
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    threads: int | None = None,
    on_row: OnRow | None = None,
) -> BenchReport:
    """Measure the variants of `targets` in `precisions` (none named: all), one process after the other.

    `threads`: the engine's, by default one for each core. `on_row` is called with each row when it is done.
    Raises BundleError, VariantError for a target or precision that the bundle does not hold, UsageError.
    """
    if threads is not None and threads < 1:
        raise UsageError(f"threads is {threads}: give 1 or more")
    with Bundle.open(Path(path)) as bundle:
        manifest = bundle.manifest
        variants = wanted_variants(bundle, targets, precisions)
        sizes = {entry.path: entry.size for entry in manifest.files}
    name = f"{manifest.name}-{manifest.version}"
    before = environment()
    rows = []
    for variant in variants:
        head = {
            "bundle": name,
            "target": variant.target,
            "engine": variant.engine,
            "precision": variant.precision,
            "profile": variant.profile,
        }
        size = {"size_bytes": sum(sizes[file] for file in variant.files)}
        rows.append(head | _measure(Path(path), variant, threads or cores()) | size)
        if on_row is not None:
            on_row(rows[-1])
    return BenchReport(name, before, tuple(rows))


def row_title(row: dict[str, Any]) -> str:
    """Which variant a row tells of."""
    return f"{row['target']} {in_words(row['precision'], row['profile'])}"


def write_report(report: BenchReport, bundle: Path, device: str | None = None) -> Path:
    """Write `NAME-VERSION.bench.json` beside the bundle, whole or not at all; gives its path.

    `device`: the other machine that was measured; the file is then `NAME-VERSION.DEVICE.bench.json`.
    Raises UsageError where that folder cannot be written.
    """
    where = "" if device is None else "." + re.sub(r"[^A-Za-z0-9._-]+", "-", device)
    path = bundle.resolve().parent / f"{report.bundle}{where}.bench.json"
    temporary = path.with_name(f".{path.name}.part")
    try:
        temporary.write_text(json.dumps(report.to_json(), indent=2) + "\n", "utf-8")
        temporary.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror or error}): copy the bundle to a folder of your own"
        ) from error
    return path


def _measure(path: Path, variant: Variant, threads: int) -> dict[str, Any]:
    try:
        with VariantProcess(path, variant.target, variant.precision, threads, variant.profile) as process:
            latency = measure(process.run, Policy())
            loaded = dict(process.loaded)
            memory = {"peak": process.peak_mib, "after_load": loaded.pop("after_load")}
    except EngineError as error:
        return _failed(threads, str(error))
    row = {**loaded, "latency_ms": asdict(latency), "memory_mib": memory}
    if latency.cv > NOISY:
        row["warning"] = (
            f"the runs vary by {latency.cv:.1%} (more than {NOISY:.1%}): other work or a changing clock "
            "disturbs them; measure again on a quiet machine"
        )
    return row


def _failed(threads: int, sentence: str) -> dict[str, Any]:
    unknown = dict.fromkeys(("load_ms", "first_ms", "latency_ms", "memory_mib"))
    return {"precision_in_force": None, "threads": threads, **unknown, "error": sentence}
