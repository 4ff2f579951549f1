"""From a word on the command line, or a recipe, to the samples."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from edgec.data.classes import Classes
from edgec.data.contents import Contents, Request, complete
from edgec.data.dataset import Dataset, Entry
from edgec.data.layouts import LAYOUTS, find_layout
from edgec.data.npz import NpzImages
from edgec.data.split import Split, split_entries
from edgec.data.unlabelled import DatasetImages, Images
from edgec.errors import DataError
from edgec.recipe import DataRecipe
from edgec.recipe.data import Part

_NUCLEI = Path(__file__).parent.parent / "assets" / "nuclei"

SHIPPED = {"nuclei": _NUCLEI, "nuclei-calibration": _NUCLEI}
"""The data sets that come with edgec, by name: 234 images, and 24 of their train part to calibrate with."""

_CALIBRATION = _NUCLEI / "calibration.txt"


@dataclass(frozen=True)
class Opened:
    """A folder whose entries are known, and how they are split."""

    name: str
    contents: Contents
    recipe: DataRecipe

    def part(self, part: Part | None, default: Part) -> Dataset:
        """A part of it; where none is asked for, `default` if the folder says itself what that is."""
        own = any(entry.part is not None for entry in self.contents.entries)
        part = part or (default if own else "all")
        if part == "all":
            return self._dataset(self.contents.entries, self.name)
        split = self.split()
        return split.train if part == "train" else split.val

    def split(self) -> Split:
        """Both parts. Raises DataError where one would be empty."""
        parts = split_entries(self.contents.entries, self.recipe.val, self.recipe.seed, self.name)
        train, val = (self._dataset(entries, f"{self.name}#{part}") for part, entries in parts.items())
        return Split(train, val)

    def _dataset(self, entries: tuple[Entry, ...], name: str) -> Dataset:
        return Dataset(name, entries, self.contents.class_names)


def open_dataset(spec: str, *, classes: Classes = None) -> Dataset:
    """The data set of a shipped name or a folder in any layout; `SPEC#train`, `#val`, `#all` are its parts.

    Without a part it is what a network is judged on: the part `val` of a folder that says itself which that
    is, such as `nuclei`, else all. `classes`: how many, with the background, or their names; None takes those
    that the layout knows. A folder that has a shipped name is reached as `./nuclei`. Raises DataError; the
    files themselves are read, and refused, when a sample is taken.
    """
    word, part = _parsed(spec)
    return _opened(DataRecipe(path=Path(word)), classes).part(part, "val")


def open_split(recipe: DataRecipe) -> Split:
    """Both parts of a recipe's data: the data set's own, or drawn by group. Raises DataError."""
    opened = _opened(recipe, recipe.classes)
    if opened.contents.rule is None:
        raise DataError(
            f"{recipe.path}: holds images without masks. Name a folder with images/ and masks/, or another "
            "layout."
        )
    return opened.split()


def open_images(spec: str) -> Images:
    """The images of a data set, as `open_dataset` takes it, or of a file NAME.npz; masks are not read.

    Without a part they are those that are learned from, where the folder says which that are. Raises
    DataError.
    """
    path = Path(spec)
    if path.suffix.lower() == ".npz" and not path.is_dir():
        return NpzImages(path)
    word, part = _parsed(spec)
    return DatasetImages(_opened(DataRecipe(path=Path(word)), None).part(part, "train"))


def is_shipped(spec: str) -> bool:
    """Whether a data set, or the part of one, comes with edgec."""
    return _parsed(spec)[0] in SHIPPED


def _parsed(spec: str) -> tuple[str, Part | None]:
    word, _, end = spec.rpartition("#")
    for part in get_args(Part):
        if word and end == part:
            return word, part
    return spec, None


def layout_of(recipe: DataRecipe) -> str:
    """The name of the layout that a recipe's data has. Raises DataError where there is no such folder."""
    folder = _folder(recipe)
    return find_layout(folder) if recipe.layout == "auto" else recipe.layout


def contents_of(recipe: DataRecipe, classes: Classes) -> Contents:
    """What lies in the folder of a recipe's data, whether complete or not. Raises DataError."""
    folder, word = _folder(recipe), str(recipe.path)
    contents = LAYOUTS[layout_of(recipe)].open(Request(folder, classes, recipe.images, recipe.masks))
    if word == "nuclei-calibration":
        names = _CALIBRATION.read_text().split()
        kept = tuple(replace(entry, part=None) for entry in contents.entries if entry.name in names)
        return replace(contents, entries=kept)
    return contents


def name_of(recipe: DataRecipe) -> str:
    """What people call a recipe's data: the name of its folder, or the one under which it is shipped."""
    word = str(recipe.path)
    return word if word in SHIPPED else recipe.path.resolve().name


def _opened(recipe: DataRecipe, classes: Classes) -> Opened:
    return Opened(name_of(recipe), complete(contents_of(recipe, classes)), recipe)


def _folder(recipe: DataRecipe) -> Path:
    folder = SHIPPED.get(str(recipe.path), recipe.path)
    if not folder.is_dir():
        raise DataError(_nowhere(str(recipe.path), folder))
    return folder


def _nowhere(word: str, folder: Path) -> str:
    if folder.name != word:
        return f"{folder}: there is no such folder. Name one that holds images/ and masks/, or images."
    return (
        f"{word!r} is no folder and no data set that is shipped ({', '.join(SHIPPED)}). Check the spelling, "
        "or name a folder that holds images/ and masks/. The parts of one are FOLDER#train and FOLDER#val."
    )
