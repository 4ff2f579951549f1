"""The types of the data: one `Sample`, and a `Dataset` that reads its samples when they are asked for."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal, overload

from edgec.data.images import ImageArray
from edgec.errors import DataError

OwnPart = Literal["train", "val"]


@dataclass(frozen=True)
class Sample:
    """An image, uint8 HxW or HxWx3 RGB, and its mask where there is one.

    The mask is uint8 HxW class indices, and IGNORE (255) where nobody knows.
    """

    name: str
    image: ImageArray
    mask: ImageArray | None


@dataclass(frozen=True)
class Entry:
    """A sample that was not read yet.

    `files`: those that decide it, the image's first. `read_image`, `read_mask`: what reads them, raising
    DataError; None for a mask that is not there. `group`: the patient or person, whom a split never divides.
    `part`: where the data set itself says to which part the sample belongs.
    """

    name: str
    files: tuple[Path, ...]
    read_image: Callable[[], ImageArray]
    read_mask: Callable[[], ImageArray] | None
    group: str
    part: OwnPart | None = None

    def read(self) -> Sample:
        """Raises DataError where a file cannot be used, or the sizes differ."""
        image = self.read_image()
        mask = None if self.read_mask is None else self.read_mask()
        if mask is not None and mask.shape != image.shape[:2]:
            raise DataError(
                f"{self.files[-1]}: the mask of {self.name} is {_size(mask)}, its image {self.files[0]} is "
                f"{_size(image)}. Give both the same size."
            )
        return Sample(self.name, image, mask)


@dataclass(frozen=True)
class Dataset(Sequence[Sample]):
    """Samples in a fixed order, each read when it is taken, so that memory holds one at a time.

    Taking a sample raises DataError where its files cannot be used. `class_names`: the background first.
    """

    name: str
    entries: tuple[Entry, ...]
    class_names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Dataset": ...
    def __getitem__(self, index: int | slice) -> "Sample | Dataset":
        if isinstance(index, slice):
            return replace(self, entries=self.entries[index])
        return self.entries[index].read()

    @property
    def classes(self) -> int:
        """How many classes, with the background."""
        return len(self.class_names)

    @property
    def has_masks(self) -> bool:
        """Whether every sample has a mask."""
        return all(entry.read_mask is not None for entry in self.entries)

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) over the names of classes and samples, and the names and bytes of all their files.

        The same wherever the folder lies. Raises DataError where a file cannot be read.
        """
        known: dict[Path, bytes] = {}
        whole = hashlib.sha256("\0".join(self.class_names).encode())
        for entry in self.entries:
            whole.update(hashlib.sha256(entry.name.encode()).digest())
            for path in entry.files:
                # A volume or an annotation file decides many samples and is read once.
                if path not in known:
                    known[path] = hashlib.sha256(path.name.encode() + b"\0" + _sha256(path)).digest()
                whole.update(known[path])
        return whole.hexdigest()


def _size(image: ImageArray) -> str:
    return f"{image.shape[1]}x{image.shape[0]} (width x height)"


def _sha256(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from error
