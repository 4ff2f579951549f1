"""ACDC: a folder a patient, with NIfTI volumes of the heart at end-diastole and end-systole.

Bernard et al., Deep learning techniques for automatic MRI cardiac multi-structures segmentation and
diagnosis, IEEE TMI 2018, https://doi.org/10.1109/TMI.2018.2837502.
"""

import re
from functools import partial
from pathlib import Path

from numpy import uint8
from numpy.typing import NDArray

from edgec.data.classes import choose_classes
from edgec.data.contents import Contents, Layout, Request, parts_of
from edgec.data.dataset import Entry, OwnPart
from edgec.data.images import ImageArray
from edgec.data.volume import read_label_slice, read_slice, slices
from edgec.errors import DataError

CLASSES = ("background", "right ventricle", "myocardium", "left ventricle")
_RULE = "The labels of patientNNN_frameNN.nii.gz are patientNNN_frameNN_gt.nii.gz."
_FRAME = re.compile(r"(?P<patient>.+)_frame(?P<number>\d+)\.nii(?:\.gz)?")
_INFO = "Info.cfg"
_PHASE = re.compile(r"\s*E[DS]\s*:\s*(\d+)\s*")


def open_acdc(request: Request) -> Contents:
    """Every slice of the frames that are labelled, in order; a patient is a group.

    Where a patient has an Info.cfg, its frames are those that it names as ED and ES. `training/` and
    `testing/` are the parts where both hold labels.
    """
    names, table = choose_classes(CLASSES, request.classes, request.folder)
    parts = [(part, folder) for part, folder in parts_of(request.folder).items() if _is_labelled(folder)]
    roots = parts if len(parts) == 2 else [(None, _only(request.folder))]
    entries = [
        entry
        for part, root in roots
        for folder in _patients(root)
        for frame in _frames(folder)
        for entry in _entries(frame, table, part)
    ]
    if not entries:
        raise DataError(f"{request.folder}: holds no frames. {_RULE}")
    return Contents(tuple(entries), names, _RULE)


def _only(folder: Path) -> Path:
    return next((found for found in (folder, folder / "training") if _is_labelled(found)), folder)


def _is_labelled(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in ("*_gt.nii*", "*/*_gt.nii*"))


def _patients(root: Path) -> list[Path]:
    """The root itself where frames lie right in it."""
    return [root, *sorted(path for path in root.iterdir() if path.is_dir())]


def _frames(folder: Path) -> list[Path]:
    frames = {
        int(match["number"]): path
        for path in sorted(folder.iterdir())
        if (match := _FRAME.fullmatch(path.name)) is not None
    }
    wanted = _phases(folder / _INFO)
    if wanted is None:
        return list(frames.values())
    missing = [number for number in wanted if number not in frames]
    if missing:
        raise DataError(
            f"{folder / _INFO}: names frame {missing[0]}, which is not there. Copy the folder again."
        )
    return [frames[number] for number in wanted]


def _phases(info: Path) -> list[int] | None:
    """The numbers of the frames at end-diastole and end-systole, None without an Info.cfg."""
    if not info.is_file():
        return None
    try:
        lines = info.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise DataError(f"{info}: cannot be read ({error}). Copy it again.") from error
    numbers = {int(match[1]) for line in lines if (match := _PHASE.fullmatch(line)) is not None}
    if not numbers:
        raise DataError(f"{info}: names no frames. Write lines such as `ED: 1` and `ES: 12`.")
    return sorted(numbers)


def _entries(frame: Path, table: NDArray[uint8], part: OwnPart | None) -> list[Entry]:
    match = _FRAME.fullmatch(frame.name)
    patient = match["patient"] if match is not None else frame.name
    stem = frame.name.partition(".")[0]
    labels = next(
        (path for end in (".nii.gz", ".nii") if (path := frame.with_name(f"{stem}_gt{end}")).is_file()), None
    )
    files = (frame,) if labels is None else (frame, labels)
    return [
        Entry(
            f"{stem}_{place:02}",
            files,
            partial(read_slice, frame, place),
            None if labels is None else partial(_read_mask, labels, place, table),
            patient,
            part,
        )
        for place in range(slices(frame))
    ]


def _read_mask(path: Path, place: int, table: NDArray[uint8]) -> ImageArray:
    return table[read_label_slice(path, place, len(CLASSES))]


def _fits(folder: Path) -> bool:
    return any(_is_labelled(found) for found in (folder, folder / "training"))


ACDC = Layout(fits=_fits, open=open_acdc, sparse=True)
