"""Cache: ranges that were measured before."""

import contextlib
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgec_calibration.errors import CalibrationError
from edgec_calibration.ranges import SCHEMA, Ranges
from edgec_runtime.wholefile import write_whole


@dataclass(frozen=True)
class Key:
    """What decides ranges: network, samples, method, and which tensors are asked for."""

    graph_sha256: str
    samples_sha256: str
    method: str
    tensors: tuple[str, ...]
    means: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """sha256 in hex; another version of the file format gives another."""
        parts = [SCHEMA, self.graph_sha256, self.samples_sha256, self.method, self.tensors, self.means]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def fits(self, ranges: Ranges) -> bool:
        """Whether `ranges` are what this key stands for."""
        return (
            (ranges.graph_sha256, ranges.samples_sha256, ranges.method)
            == (self.graph_sha256, self.samples_sha256, self.method)
            and set(ranges.tensors) == set(self.tensors)
            and set(ranges.means) == set(self.means)
        )


@dataclass(frozen=True)
class Cache:
    """Ranges as JSON files in a folder, `DIGEST.json` each."""

    folder: Path

    def get(self, key: Key, measure: Callable[[], Ranges]) -> tuple[Ranges, bool]:
        """The ranges of `key`, and whether they were there; if not, they are measured and kept.

        A file that is damaged or of something else counts as not there and is written anew. A folder that
        cannot be read or written costs the saving of time and nothing more.
        """
        path = self.folder / f"{key.digest}.json"
        with contextlib.suppress(OSError, ValueError, CalibrationError):
            found = Ranges.from_json(path.read_text("utf-8"))
            if key.fits(found):
                return found, True
        ranges = measure()
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, ranges.to_json())
        return ranges, False
