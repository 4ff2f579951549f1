"""The types of the data: one `Sample`, and a `Dataset` that reads its samples when they are asked for."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import overload

from edgec.data.images import ImageArray, read_image, read_mask
from edgec.errors import DataError


@dataclass(frozen=True)
class Sample:
    """An image, uint8 HxW or HxWx3 RGB, and its mask, uint8 HxW class indices, where there is one."""

    name: str
    image: ImageArray
    mask: ImageArray | None


@dataclass(frozen=True)
class Files:
    """Where a sample lies; its name is the file's name without its ending."""

    name: str
    image: Path
    mask: Path | None


@dataclass(frozen=True)
class Dataset(Sequence[Sample]):
    """Samples in the order of their names, each read when it is taken, so that memory holds one at a time.

    Taking a sample raises DataError where its files cannot be used.
    """

    name: str
    files: tuple[Files, ...]
    classes: int

    def __len__(self) -> int:
        return len(self.files)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> "Dataset": ...
    def __getitem__(self, index: int | slice) -> "Sample | Dataset":
        if isinstance(index, slice):
            return Dataset(self.name, self.files[index], self.classes)
        return _read(self.files[index], self.classes)

    @property
    def has_masks(self) -> bool:
        """Whether every sample has a mask."""
        return all(files.mask is not None for files in self.files)

    @cached_property
    def digest(self) -> str:
        """sha256 (hex) over the names and bytes of all files; the same wherever the folder lies."""
        whole = hashlib.sha256()
        for files in self.files:
            for path in (files.image, files.mask):
                part = b"" if path is None else path.name.encode() + b"\0" + _sha256(path)
                whole.update(hashlib.sha256(part).digest())
        return whole.hexdigest()


def _read(files: Files, classes: int) -> Sample:
    image = read_image(files.image)
    mask = None if files.mask is None else read_mask(files.mask, classes)
    if mask is not None and mask.shape != image.shape[:2]:
        raise DataError(
            f"{files.mask}: the mask is {_size(mask)}, its image {files.image} is {_size(image)}. "
            "Give both the same size."
        )
    return Sample(files.name, image, mask)


def _size(image: ImageArray) -> str:
    return f"{image.shape[1]}x{image.shape[0]} (width x height)"


def _sha256(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}). Check its permissions.") from error
