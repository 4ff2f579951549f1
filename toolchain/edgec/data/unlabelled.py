"""Images without masks, to calibrate on: a data set's, or a sequence given in Python; npz.py has a third."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edgec.data.dataset import Dataset
from edgec.errors import DataError


class Images(Protocol):
    """Images by their place, each read when it is taken, so that memory holds one at a time.

    An image is uint8 HxW or HxWxC as a camera gives it, or float32 (1, C, H, W) as the network takes it.
    """

    @property
    def name(self) -> str:
        """What people call them."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> NDArray[Any]: ...


class DatasetImages:
    """The images of a data set; its masks are not read."""

    def __init__(self, dataset: Dataset) -> None:
        self.name = dataset.name
        self._entries = dataset.entries

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> NDArray[Any]:
        return self._entries[index].read_image()


class GivenImages:
    """Arrays that a program gives: a list, or anything with a length and places that reads them lazily."""

    name = "given in Python"

    def __init__(self, images: Sequence[NDArray[Any]]) -> None:
        self._images = images

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> NDArray[Any]:
        image = self._images[index]
        if not isinstance(image, np.ndarray):
            raise DataError(f"image {index} is a {type(image).__name__}: give numpy arrays")
        return image
