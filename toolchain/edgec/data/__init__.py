"""Datasets by name or by folder: images, and masks of class indices."""

from pathlib import Path

from edgec.data.dataset import Dataset, Sample
from edgec.data.npz import NpzImages
from edgec.data.pairs import open_folder
from edgec.data.unlabelled import DatasetImages, GivenImages, Images
from edgec.errors import DataError

__all__ = ["SHIPPED", "Dataset", "GivenImages", "Images", "Sample", "open_dataset", "open_images"]

_NUCLEI = Path(__file__).parent.parent / "assets" / "nuclei"

SHIPPED = {"nuclei": _NUCLEI / "evaluation", "nuclei-calibration": _NUCLEI / "calibration"}
"""The datasets that come with edgec, by name: 16 images to evaluate on, and 24 to calibrate with."""


def open_dataset(spec: str, *, classes: int = 2) -> Dataset:
    """The dataset of a shipped name, or of a folder: `images/` with `masks/`, or images alone.

    `classes` counts the background too. A folder that has a shipped name is reached as `./nuclei`.
    Raises DataError; the files themselves are read, and refused, when a sample is taken.
    """
    if spec in SHIPPED:
        return open_folder(SHIPPED[spec], name=spec, classes=classes)
    folder = Path(spec)
    if not folder.is_dir() and folder.name == spec:
        raise DataError(
            f"{spec!r} is no folder and no dataset that is shipped ({', '.join(SHIPPED)}). "
            "Check the spelling, or name a folder that holds images/ and masks/."
        )
    return open_folder(folder, name=folder.resolve().name, classes=classes)


def open_images(spec: str) -> Images:
    """The images of a data set, as `open_dataset` takes it, or of a file NAME.npz; masks are not read.

    Raises DataError.
    """
    path = Path(spec)
    if path.suffix.lower() == ".npz" and not path.is_dir():
        return NpzImages(path)
    return DatasetImages(open_dataset(spec))
