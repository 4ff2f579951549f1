"""The layouts `images/NAME.*` with `masks/NAME.*`, and a plain folder of images without masks."""

from pathlib import Path

from edgec.data.dataset import Dataset, Files
from edgec.data.images import SUFFIXES
from edgec.errors import DataError


def open_folder(folder: Path, *, name: str, classes: int) -> Dataset:
    """The samples of a folder in either layout; masks without an image are passed over.

    Raises DataError when the folder is missing or empty, or an image has no mask or two.
    """
    if not folder.is_dir():
        raise DataError(
            f"{folder}: there is no such folder. Name one that holds images/ and masks/, or images."
        )
    if not (folder / "images").is_dir():
        images = _by_name(folder)
        return Dataset(name, tuple(Files(stem, path, None) for stem, path in images.items()), classes)
    images = _by_name(folder / "images")
    if not (folder / "masks").is_dir():
        raise DataError(
            f"{folder}: has images/ but no masks/. Add the masks, or name {folder / 'images'} to go without."
        )
    masks = _by_name(folder / "masks")
    missing = [path.name for stem, path in images.items() if stem not in masks]
    if missing:
        raise DataError(
            f"{folder / 'masks'}: no mask for {len(missing)} of {len(images)} images, the first is "
            f"{missing[0]}. A mask has the name of its image; only the ending may differ."
        )
    return Dataset(name, tuple(Files(stem, path, masks[stem]) for stem, path in images.items()), classes)


def _by_name(folder: Path) -> dict[str, Path]:
    """The image files right in a folder by their name without the ending, sorted by it."""
    found: dict[str, Path] = {}
    try:
        paths = sorted(folder.iterdir(), key=lambda path: (path.stem, path.suffix))
    except OSError as error:
        raise DataError(f"{folder}: cannot be listed ({error.strerror}). Check its permissions.") from error
    for path in paths:
        if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or not path.is_file():
            continue
        if path.stem in found:
            raise DataError(
                f"{folder}: {found[path.stem].name} and {path.name} have one name. "
                "Remove or rename one of them."
            )
        found[path.stem] = path
    if not found:
        endings = " ".join(sorted(SUFFIXES))
        raise DataError(f"{folder}: holds no images. Files with these endings are read: {endings}.")
    return found
