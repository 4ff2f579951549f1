"""Split: what is learned from and what is judged on, never both of one group."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from edgec.data.dataset import Dataset, Entry, OwnPart
from edgec.errors import DataError


@dataclass(frozen=True)
class Split:
    """The two parts of a data set."""

    train: Dataset
    val: Dataset

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) over the digests of both parts. Raises DataError where a file cannot be read."""
        return hashlib.sha256(f"{self.train.digest} {self.val.digest}".encode()).hexdigest()


def split_entries(
    entries: Sequence[Entry], share: float, seed: int, where: str
) -> dict[OwnPart, tuple[Entry, ...]]:
    """The entries of both parts: as the data set says, else `share` of its groups drawn for "val".

    Groups are drawn by the sha256 of seed and name, so that who is added moves nobody else, and every
    platform draws the same. Raises DataError where a part would be empty.
    """
    groups = {entry.group for entry in entries}
    own = any(entry.part is not None for entry in entries)
    drawn = set() if own else _drawn(groups, share, seed)
    parts: dict[OwnPart, list[Entry]] = {"train": [], "val": []}
    for entry in entries:
        if own:
            parts[entry.part or "train"].append(entry)
        else:
            parts["val" if entry.group in drawn else "train"].append(entry)
    for part, found in parts.items():
        if not found:
            raise DataError(
                f"{where}: nothing is left for the part {part!r}: {len(entries)} samples of {len(groups)} "
                "patients or persons. Add some of another one."
            )
    return {part: tuple(found) for part, found in parts.items()}


def _drawn(groups: set[str], share: float, seed: int) -> set[str]:
    count = min(max(1, round(share * len(groups))), len(groups) - 1)
    lot = sorted(groups, key=lambda group: hashlib.sha256(f"{seed}/{group}".encode()).digest())
    return set(lot[:count])
