"""Peaks that were measured before, one JSON file for each machine and number of threads."""

import contextlib
import hashlib
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgec.progress import SILENT, Progress
from edgec.roofline.peaks import TYPES, Best, Peaks, measure_peaks
from edgec_runtime.machine import environment
from edgec_runtime.wholefile import write_whole

SCHEMA = 1
FOLDER = Path(".cache") / "roofline"  # under the folder of the bundles
PARTS = 4  # of a measurement: three engines and memory
_KEYS = ("processor", "architecture", "flags", "cores", "packages")


def machine_peaks(artifacts: Path, threads: int, progress: Progress = SILENT) -> Peaks:
    """The peaks of this machine with `threads` threads, measured once and kept under `artifacts`.

    They are measured again where the processor, its cores or an engine's version changed, or where the file
    is damaged or of something else. A folder that cannot be written costs the saving of time and nothing
    more. Raises EngineError where no engine runs.
    """
    found = cached_peaks(artifacts, threads)
    if found is not None:
        return found
    with progress.step(f"measure this machine's peak, threads: {threads}", total=PARTS) as step:
        peaks = measure_peaks(threads, step)
        step.note = ", ".join(f"{best.gmacs:.0f} GMAC/s {type_}" for type_, best in peaks.compute.items())
        step.note += f", {peaks.gbytes:.0f} GB/s"
    with contextlib.suppress(OSError):
        document = {"schema": SCHEMA, "key": _key(threads), "peaks": asdict(peaks)}
        path = _path(artifacts, threads)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(document, indent=1) + "\n")
    return peaks


def cached_peaks(artifacts: Path, threads: int) -> Peaks | None:
    """Those that were measured before; None where there are none that can be believed."""
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        document = json.loads(_path(artifacts, threads).read_text("utf-8"))
        if document["schema"] == SCHEMA and document["key"] == _key(threads):
            return _decode(document["peaks"], threads)
    return None


def _decode(entry: dict[str, Any], threads: int) -> Peaks:
    compute = {type_: Best(**best) for type_, best in entry["compute"].items()}
    numbers = [entry["gbytes"], *(best.gmacs for best in compute.values())]
    sound = all(type(value) is float and math.isfinite(value) and value > 0 for value in numbers)
    if not sound or not {"int8", "float32"} <= compute.keys() <= set(TYPES) or entry["threads"] != threads:
        raise ValueError("these are not the peaks of a machine")
    return Peaks(threads, compute, entry["gbytes"])


def _key(threads: int) -> dict[str, Any]:
    machine = environment()
    return {name: machine[name] for name in _KEYS} | {"threads": threads}


def _path(artifacts: Path, threads: int) -> Path:
    digest = hashlib.sha256(json.dumps([SCHEMA, _key(threads)], sort_keys=True).encode()).hexdigest()
    return artifacts / FOLDER / f"{digest}.json"
