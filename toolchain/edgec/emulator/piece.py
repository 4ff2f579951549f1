"""A piece of the emulator: a folder that is whole or not there."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

RECORD = "piece.json"
State = Literal["ready", "missing", "outdated", "damaged"]


@dataclass(frozen=True)
class Piece:
    """One folder. `made_from`: whatever decides what is in it. `make`: fills a new folder."""

    folder: Path
    made_from: Mapping[str, str]
    make: Callable[[Path], None]

    @property
    def name(self) -> str:
        """The folder's."""
        return self.folder.name

    def state(self) -> State:
        """Whether it can be used; 'damaged' where files are missing, added or of another size."""
        if not self.folder.exists():
            return "missing"
        try:
            record = json.loads((self.folder / RECORD).read_text("utf-8"))
            made_from, size = record["made_from"], record["size"]
        except (OSError, ValueError, KeyError, TypeError):
            return "damaged"
        if made_from != dict(self.made_from):
            return "outdated"
        return "ready" if size == list(_size(self.folder)) else "damaged"

    def mib(self) -> float:
        """MiB that its files take."""
        return _size(self.folder)[1] / 2**20

    def write(self) -> None:
        """Make it anew beside its place, then move it there: a kill at any moment leaves no half piece."""
        part = self._beside("part")
        part.mkdir(parents=True)
        self.make(part)
        record = {"made_from": dict(self.made_from), "size": _size(part)}
        (part / RECORD).write_text(json.dumps(record), "utf-8")
        if self.folder.exists():
            self.folder.rename(self._beside("old"))
        part.rename(self.folder)
        self.clear()

    def clear(self) -> None:
        """Remove what an interrupted `write` left."""
        for word in ("part", "old"):
            shutil.rmtree(self._beside(word), ignore_errors=True)

    def _beside(self, word: str) -> Path:
        return self.folder.with_name(f".{self.name}.{word}")


def _size(folder: Path) -> tuple[int, int]:
    """How many files there are (links count, the record does not), and their bytes."""
    files, total = 0, 0
    for place, _, names in os.walk(folder):
        for name in names:
            if name != RECORD:
                files += 1
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118 - thousands of files
    return files, total
