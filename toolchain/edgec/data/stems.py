"""Files by what tells them apart: the part of their names that stands for {stem} in a template."""

import re
from collections import Counter
from itertools import islice
from pathlib import Path

from edgec.data.images import SUFFIXES
from edgec.errors import DataError

HOLE = "{stem}"
_TRIED = 32  # images whose masks are looked for to find the rule

Stems = dict[str, Path]


def by_stem(folder: Path, template: str) -> Stems:
    """The image files of `folder` that a template such as "masks/{stem}_mask" fits, by stem and sorted by it.

    The template may leave the ending out. Raises DataError where there is none, where two have one stem, or
    where the template is none.
    """
    place = (folder / template).parent
    name = Path(template).name
    if name.count(HOLE) != 1:
        raise DataError(f"{template!r} is no template of names: write {HOLE} once, such as {HOLE}_mask")
    pattern = re.compile(re.escape(name).replace(re.escape(HOLE), "(.+)"))
    ended = Path(name).suffix.lower() in SUFFIXES
    found: Stems = {}
    for path in image_files(place):
        match = pattern.fullmatch(path.name if ended else path.stem)
        if match is None:
            continue
        if match[1] in found:
            raise DataError(
                f"{place}: {found[match[1]].name} and {path.name} have one name. "
                "Remove or rename one of them."
            )
        found[match[1]] = path
    if not found:
        endings = " ".join(sorted(SUFFIXES))
        called = "" if name == HOLE else f" called {name}"
        raise DataError(f"{place}: holds no images{called}. Files with these endings are read: {endings}.")
    return dict(sorted(found.items()))


def guess(images: Stems, masks: Stems, folder: str) -> str:
    """The template in `folder` by which most masks belong to an image: the same name, or more round it."""
    if any(stem in masks for stem in images):
        return f"{folder}/{HOLE}"
    found = Counter(
        mask.replace(stem, HOLE, 1) for stem in islice(images, _TRIED) for mask in masks if stem in mask
    )
    ((best, _),) = found.most_common(1) or [(HOLE, 0)]
    return f"{folder}/{best}"


def image_files(place: Path) -> list[Path]:
    """The image files right in a folder, sorted by name. Raises DataError where it cannot be listed."""
    try:
        paths = sorted(place.iterdir(), key=lambda path: (path.stem, path.suffix))
    except OSError as error:
        raise DataError(f"{place}: cannot be listed ({error.strerror}). Check its permissions.") from error
    return [
        path
        for path in paths
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()
    ]
