"""What a layout finds in a folder, and how it is asked for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edgec.data.classes import Classes
from edgec.data.dataset import Entry, OwnPart
from edgec.errors import DataError

_FOLDERS: dict[OwnPart, tuple[str, ...]] = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation", "test", "testing"),
}


@dataclass(frozen=True)
class Request:
    """What to open. `images`, `masks`: templates of their names, for the layout `pairs`."""

    folder: Path
    classes: Classes = None
    images: str | None = None
    masks: str | None = None


@dataclass(frozen=True)
class Contents:
    """The entries of a folder, whether complete or not.

    `rule`: how a mask is found; None without masks. `spare`: masks that belong to no image.
    """

    entries: tuple[Entry, ...]
    class_names: tuple[str, ...]
    rule: str | None
    spare: tuple[Path, ...] = ()

    @property
    def missing(self) -> tuple[Entry, ...]:
        """Those without a mask where others should have one."""
        return tuple(entry for entry in self.entries if entry.read_mask is None and self.rule is not None)


@dataclass(frozen=True)
class Layout:
    """One way to lay out images and masks in a folder.

    `fits`: whether a folder looks like it. `open`: raises DataError. `sparse`: whether masks that show
    nothing but background are ordinary.
    """

    fits: Callable[[Path], bool]
    open: Callable[[Request], Contents]
    sparse: bool


def parts_of(folder: Path) -> dict[OwnPart, Path]:
    """The folders of the two parts where there are both, by the names that people give them."""
    found: dict[OwnPart, Path] = {}
    for part, names in _FOLDERS.items():
        for name in names:
            if part not in found and (folder / name).is_dir():
                found[part] = folder / name
    return found if len(found) == len(_FOLDERS) else {}


def complete(contents: Contents) -> Contents:
    """The same; raises DataError where masks are missing."""
    if contents.missing:
        first = contents.missing[0].files[0]
        raise DataError(
            f"{first.parent}: no mask for {len(contents.missing)} of {len(contents.entries)} images, the "
            f"first is {first.name}. {contents.rule}"
        )
    return contents
