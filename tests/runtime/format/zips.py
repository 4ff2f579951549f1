"""The sample as a zip, and lies in its records."""

import io
import zipfile
from collections.abc import Callable

from sample_bundle import sample_contents, zipped
from zip_forms import assembled, entries_of

from edgec_runtime.format.zip_records import Entry, central_entry, end_record

GOOD = zipped(sample_contents())
NAMES = list(sample_contents())
Build = Callable[[], bytes]


def entries() -> list[Entry]:
    return entries_of(sample_contents())


def directory_start() -> int:
    return entries()[-1].end


def patched(place: int, data: bytes) -> bytes:
    assert GOOD[place : place + len(data)] != data
    return GOOD[:place] + data + GOOD[place + len(data) :]


def in_local(index: int, place: int, data: bytes) -> bytes:
    return patched(entries()[index].offset + place, data)


def in_central(index: int, place: int, data: bytes) -> bytes:
    before = sum(len(central_entry(entry)) for entry in entries()[:index])
    return patched(directory_start() + before + place, data)


def in_end(place: int, data: bytes) -> bytes:
    return patched(len(GOOD) - 22 + place, data)


def in_both(index: int, local: int, central: int, data: bytes) -> bytes:
    """The same lie in the local header and the central entry."""
    first = in_local(index, local, data)
    before = sum(len(central_entry(entry)) for entry in entries()[:index])
    place = directory_start() + before + central
    return first[:place] + data + first[place + len(data) :]


def ordered(names: list[str]) -> bytes:
    return zipped({name: sample_contents()[name] for name in names})


def renamed(index: int, name: str) -> bytes:
    names = [*NAMES]
    names[index] = name
    return assembled(list(zip(names, sample_contents().values(), strict=True)))


def with_gap() -> bytes:
    """Hidden bytes between two entries, every offset corrected."""
    first, *others = entries()
    moved = [first, *(Entry(e.name, e.crc, e.size, e.offset + 7) for e in others)]
    central = b"".join(map(central_entry, moved))
    start = moved[-1].end
    return (
        GOOD[: first.end] + b"hidden!" + GOOD[first.end : directory_start()] + central
        + end_record(len(moved), len(central), start)
    )  # fmt: skip


def overlapping() -> bytes:
    """The central directory sends the second name into the first one's bytes."""
    found = entries()
    found[2] = Entry(found[2].name, found[1].crc, found[1].size, found[1].offset)
    central = b"".join(map(central_entry, found))
    return GOOD[: directory_start()] + central + end_record(len(found), len(central), directory_start())


def by_zipfile(**options: object) -> bytes:
    """What the standard library writes of the same files: other dates, modes, versions."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **options) as archive:
        for name, data in sample_contents().items():
            archive.writestr(name, data)
    return target.getvalue()


def data_descriptor() -> bytes:
    """Sizes follow the data, as a zip written into a pipe has it."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    target = Pipe()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in sample_contents().items():
            with archive.open(zipfile.ZipInfo(name), "w") as file:
                file.write(data)
    return target.getvalue()
