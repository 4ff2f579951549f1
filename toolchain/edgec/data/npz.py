"""Images from an .npz file, read one at a time and never as a pickle."""

import math
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from edgec.errors import DataError

MOST_BYTES = 1 << 28  # of one image, checked before memory is taken for it
KINDS = "arrays are uint8 HxW, HxWxC (C 1, 3 or 4), NxHxW or NxHxWxC, or prepared float32 NxCxHxW"


@dataclass(frozen=True)
class _Stack:
    """An array in the archive: `count` images of `shape`, from byte `start` of the member `name` on."""

    name: str
    start: int
    count: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def bytes_each(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


class NpzImages:
    """The images of all arrays of an .npz file, in the archive's order.

    uint8: HxW, HxWxC (C 1, 3 or 4), NxHxW or NxHxWxC; float32: NxCxHxW, as the network takes them. What is
    taken is HxW or HxWxC uint8, or (1, C, H, W) float32. Memory holds one image; where images are taken in
    rising order, a compressed array is unpacked once.

    Raises DataError, naming the file and the array, for anything else: objects, other types and shapes, a
    file that is no .npz or is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._path = path
        self._member: tuple[str, IO[bytes]] | None = None
        with self._named():
            self._archive = zipfile.ZipFile(path)
            self._stacks = [self._stack(info) for info in self._archive.infolist()]
        if not len(self):
            raise DataError(f"{path}: holds no image; {KINDS}")

    def __len__(self) -> int:
        return sum(stack.count for stack in self._stacks)

    def __getitem__(self, index: int) -> NDArray[Any]:
        place = index
        for stack in self._stacks:
            if 0 <= place < stack.count:
                return self._read(stack, place)
            place -= stack.count
        raise IndexError(f"{self.name} holds {len(self)} images, there is no image {index}")

    def _stack(self, info: zipfile.ZipInfo) -> _Stack:
        where = f"{self._path}: the array {info.filename.removesuffix('.npy')!r}"
        with self._archive.open(info) as file:
            shape, fortran, dtype = _header(file)
            start = file.tell()
        if fortran and len(shape) > 1:
            raise DataError(f"{where} is stored column by column: save it with numpy.ascontiguousarray")
        layout = _layout(shape, dtype)
        if layout is None:
            raise DataError(f"{where} is {dtype} of shape {shape}; {KINDS}")
        stack = _Stack(info.filename, start, *layout, dtype)
        if stack.bytes_each > MOST_BYTES:
            raise DataError(f"{where} has images of {stack.bytes_each} bytes, more than {MOST_BYTES}")
        if info.file_size != start + stack.count * stack.bytes_each:
            raise DataError(f"{where} is cut off, or longer than it says: save the file again")
        return stack

    def _read(self, stack: _Stack, place: int) -> NDArray[Any]:
        with self._named():
            if self._member is None or self._member[0] != stack.name:
                self._member = stack.name, self._archive.open(stack.name)
            file = self._member[1]
            file.seek(stack.start + place * stack.bytes_each)
            data = file.read(stack.bytes_each)
            return np.frombuffer(data, stack.dtype).reshape(stack.shape).copy()  # bytes are read-only

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Whatever zipfile and numpy raise for a damaged file, as a DataError that names it."""
        try:
            yield
        except FileNotFoundError as error:
            raise DataError(f"{self._path}: there is no such file") from error
        except DataError:
            raise
        except Exception as error:
            raise DataError(
                f"{self._path}: cannot be read as .npz ({error}). Save it again with numpy.savez."
            ) from error


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Shape, column order and type of an .npy member; only the header is read, so nothing is unpickled."""
    version = npy.read_magic(file)
    if version == (1, 0):
        return npy.read_array_header_1_0(file)
    if version == (2, 0):
        return npy.read_array_header_2_0(file)
    raise ValueError(f"version {version} of the .npy format")


def _layout(shape: tuple[int, ...], dtype: np.dtype[Any]) -> tuple[int, tuple[int, ...]] | None:
    """How many images an array holds and the shape of each, None where it is no stack of images."""
    if 0 in shape[1:]:
        return None
    if dtype == np.dtype("<f4") and len(shape) == 4:
        return shape[0], (1, *shape[1:])
    if dtype != np.uint8:
        return None
    coloured = shape[-1:] in ((1,), (3,), (4,))
    if len(shape) == 2 or (len(shape) == 3 and coloured):
        return 1, shape
    if len(shape) == 3 or (len(shape) == 4 and coloured):
        return shape[0], shape[1:]
    return None
