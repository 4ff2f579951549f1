"""Each rule of the zip form has its hostile file here, made by code."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
from sample_bundle import ONNX_FILE, sample_contents, with_manifest, zipped
from tests.runtime.format.zips import (
    GOOD,
    NAMES,
    Build,
    by_zipfile,
    data_descriptor,
    directory_start,
    entries,
    in_both,
    in_central,
    in_end,
    in_local,
    ordered,
    overlapping,
    patched,
    renamed,
    with_gap,
)
from zip_forms import assembled

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import (
    BundleError,
    ContainerError,
    DigestError,
    FileSetError,
    LimitError,
    ManifestError,
)
from edgec_runtime.format.container import ZipSource
from edgec_runtime.format.zip_records import central_entry, end_record


def test_the_sample_is_accepted() -> None:
    Bundle(Path("sample"), ZipSource(io.BytesIO(GOOD))).close()


def test_it_is_a_zip_that_other_tools_read() -> None:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == NAMES
        assert {name: archive.read(name) for name in NAMES} == sample_contents()


def refused(data: bytes, kind: type[BundleError], words: str) -> None:
    with pytest.raises(BundleError) as caught:
        Bundle(Path("hostile"), ZipSource(io.BytesIO(data)))
    assert type(caught.value) is kind
    assert words in str(caught.value)


CONTAINER: dict[str, tuple[Build, str]] = {
    "empty file": (lambda: b"", "not a bundle"),
    "not a zip": (lambda: b"PK is not enough", "not a bundle"),
    "prefix bytes": (lambda: b"#!/bin/sh\n" + GOOD, "not a bundle"),
    "trailing bytes": (lambda: GOOD + b"\0", "1 bytes follow"),
    "second end record": (lambda: GOOD + GOOD[-22:], "22 bytes follow"),
    "a zip behind the zip": (lambda: GOOD + GOOD, "bytes follow"),
    "archive comment": (lambda: GOOD[:-2] + b"\x04\0evil", "end record"),
    "truncated in a header": (lambda: GOOD[: entries()[1].offset + 20], "within a local header"),
    "truncated in a file": (lambda: GOOD[: directory_start() - 3], "truncated"),
    "truncated at the directory": (lambda: GOOD[: directory_start()], "cut off"),
    "truncated in the directory": (lambda: GOOD[: directory_start() + 60], "cut off"),
    "truncated in the end record": (lambda: GOOD[:-1], "end record"),
    "no end record": (lambda: GOOD[:-22], "end record"),
    "end record: count": (lambda: in_end(8, b"\x01\0\x01\0"), "end record"),
    "end record: entries on this disk": (lambda: in_end(8, b"\x01\0"), "end record"),
    "end record: size": (lambda: in_end(12, b"\0\0\0\0"), "end record"),
    "end record: offset": (lambda: in_end(16, b"\0\0\0\0"), "end record"),
    "end record: disk": (lambda: in_end(4, b"\x01\0"), "end record"),
    "zip64 end record": (lambda: in_end(16, b"\xff\xff\xff\xff"), "end record"),
    "local name differs": (lambda: in_local(1, 30, b"d"), "central entry"),
    "local size differs": (lambda: in_local(1, 18, b"\0\0\0\0"), "local header"),
    "local CRC differs": (lambda: in_local(1, 14, b"\0\0\0\0"), "central entry"),
    "local compressed size differs": (lambda: in_local(1, 18, b"\x01\0\0\0"), "local header"),
    "central name differs": (lambda: in_central(1, 46, b"x"), "central entry"),
    "central size differs": (lambda: in_central(1, 24, b"\0\0\0\0"), "central entry"),
    "central CRC differs": (lambda: in_central(1, 16, b"\0\0\0\0"), "central entry"),
    "central offset differs": (lambda: in_central(1, 42, b"\0\0\0\0"), "central entry"),
    "central mode a symbolic link": (
        lambda: in_central(1, 38, struct.pack("<I", 0o120777 << 16)),
        "central entry",
    ),
    "central mode executable": (
        lambda: in_central(1, 38, struct.pack("<I", 0o100755 << 16)),
        "central entry",
    ),
    "made on another system": (lambda: in_central(1, 5, b"\0"), "central entry"),
    "central comment": (lambda: in_central(1, 32, b"\x01\0"), "central entry"),
    "central extra field": (lambda: in_central(1, 30, b"\x04\0"), "central entry"),
    "local extra field": (lambda: in_local(1, 28, b"\x04\0"), "local header"),
    "version 4.5": (lambda: in_both(1, 4, 6, b"\x2d\0"), "local header"),
    "encrypted": (lambda: in_both(1, 6, 8, b"\x01\0"), "local header"),
    "UTF-8 flag": (lambda: in_both(1, 6, 8, b"\0\x08"), "local header"),
    "deflate flag": (lambda: in_both(1, 8, 10, b"\x08\0"), "local header"),
    "another date": (lambda: in_both(1, 12, 14, b"\x22\0"), "local header"),
    "another time": (lambda: in_both(1, 10, 12, b"\x01\0"), "local header"),
    "zip64 size": (lambda: in_both(1, 18, 20, b"\xff" * 8), "truncated"),
    "written by zipfile": (by_zipfile, "local header"),
    "deflated": (lambda: by_zipfile(compression=zipfile.ZIP_DEFLATED), "local header"),
    "data descriptors": (data_descriptor, "local header"),
    "hidden gap": (with_gap, "central entry"),
    "overlapping entries": (overlapping, "central entry"),
    "manifest.json not first": (lambda: ordered([NAMES[1], NAMES[0], *NAMES[2:]]), "must be manifest.json"),
    "manifest.json missing": (lambda: ordered(NAMES[1:]), "must be manifest.json"),
    "not ascending": (lambda: ordered([NAMES[0], NAMES[2], NAMES[1], *NAMES[3:]]), "must ascend"),
    "duplicate name": (lambda: renamed(2, NAMES[1]), "none may come twice"),
    "manifest.json twice": (lambda: renamed(3, "manifest.json"), "none may come twice"),
    "absolute path": (lambda: renamed(1, "/etc/passwd"), "is not a name of a bundle"),
    "escaping path": (lambda: renamed(1, "../../etc/passwd"), "is not a name of a bundle"),
    "dots within": (lambda: renamed(1, "cpu/../x"), "is not a name of a bundle"),
    "drive letter": (lambda: renamed(1, "c:/x"), "is not a name of a bundle"),
    "backslash": (lambda: renamed(1, "cpu\\x"), "is not a name of a bundle"),
    "NUL in a name": (lambda: renamed(1, "cpu\0x"), "is not a name of a bundle"),
    "case twin": (lambda: renamed(1, "CPU/fp32/model.onnx"), "is not a name of a bundle"),
    "Unicode twin": (lambda: GOOD.replace(b"golden", b"go\xc5\x82en"), "is not a name of a bundle"),
    "directory entry": (lambda: renamed(1, "cpu/"), "is not a name of a bundle"),
    "empty name": (lambda: renamed(1, ""), "is not a name of a bundle"),
    "five parts": (lambda: renamed(1, "a/b/c/d/e"), "at most 4"),
    "long name": (lambda: renamed(1, "a" * 300), "a name of 300 bytes"),
    "signature before the last": (lambda: renamed(2, "bundle.sig"), "must be the last"),
    "signature": (
        lambda: assembled([*sample_contents().items(), ("bundle.sig", b"s")]),
        "no signatures yet",
    ),
    "CRC is wrong in both": (lambda: in_both(1, 14, 16, b"\0\0\0\0"), "says CRC 00000000"),
    "CRC of the manifest is wrong in both": (lambda: in_both(0, 14, 16, b"\0\0\0\0"), "CRC of manifest.json"),
}


@pytest.mark.parametrize("name", CONTAINER)
def test_refuses_the_container(name: str) -> None:
    build, words = CONTAINER[name]
    refused(build(), ContainerError, words)


def test_the_central_comment_is_refused_with_its_bytes_present() -> None:
    found = entries()
    central = b"".join(map(central_entry, found))
    lie = bytearray(central)
    lie[32:34] = b"\x04\0"
    lie[len(central_entry(found[0])) : len(central_entry(found[0]))] = b"evil"
    data = GOOD[: directory_start()] + bytes(lie) + end_record(len(found), len(lie), directory_start())
    refused(data, ContainerError, "central entry of 'manifest.json'")


def test_too_many_files() -> None:
    names = ["manifest.json", *(f"f{i:04}" for i in range(300))]
    refused(assembled([(name, b"{}") for name in names]), LimitError, "more than 256 files")


def test_too_large() -> None:
    class Huge(io.BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return (1 << 30) + (1 << 22) if whence == 2 else super().seek(offset, whence)

    with pytest.raises(LimitError, match="at most 1073741824"):
        ZipSource(Huge(GOOD))


def test_a_manifest_of_more_than_a_mebibyte() -> None:
    data = assembled([("manifest.json", b" " * ((1 << 20) + 1))])
    refused(data, LimitError, "at most 1048576")


def test_missing_file() -> None:
    refused(ordered([name for name in NAMES if name != ONNX_FILE]), FileSetError, f"{ONNX_FILE!r} is missing")


def test_extra_file() -> None:
    data = zipped({**sample_contents(), "zzz": b"extra"})
    refused(data, FileSetError, "'zzz' is present and manifest.json does not name it")


def test_renamed_file() -> None:
    refused(renamed(1, "cpu/fp32/modem.onnx"), FileSetError, "'cpu/fp32/modem.onnx' is present")


def test_wrong_digest() -> None:
    changed = bytearray(sample_contents()[ONNX_FILE])
    changed[20] ^= 1
    refused(
        zipped({**sample_contents(), ONNX_FILE: bytes(changed)}), DigestError, f"{ONNX_FILE!r} has the sha256"
    )


def test_damaged_byte_of_a_file() -> None:
    place = entries()[1].start + 5
    refused(patched(place, bytes([GOOD[place] ^ 1])), DigestError, "has the sha256")


def test_wrong_size() -> None:
    data = zipped({**sample_contents(), ONNX_FILE: sample_contents()[ONNX_FILE] + b"\0"})
    refused(data, DigestError, f"{ONNX_FILE!r} has 262 bytes, manifest.json says 261")


def test_a_manifest_that_is_none() -> None:
    refused(zipped({**sample_contents(), "manifest.json": b"hello"}), ManifestError, "not JSON")


def test_files_exchanged() -> None:
    contents = {**sample_contents()}
    first, second = "golden/cpu/fp32.bin", "golden/input.bin"
    contents[first] = contents[second][::-1]
    refused(zipped(contents), DigestError, f"{first!r} has the sha256")


def test_a_changed_manifest_keeps_its_old_digest() -> None:
    data = sample_contents()["manifest.json"].replace(b'"threshold":0.5', b'"threshold":0.9')
    refused(zipped({**sample_contents(), "manifest.json": data}), DigestError, "the manifest's digest is")


def test_a_file_that_shrinks_after_opening() -> None:
    file = io.BytesIO(GOOD)
    bundle = Bundle(Path("sample"), ZipSource(file))
    file.truncate(100)
    with pytest.raises(ContainerError, match="truncated"):
        bundle.read(ONNX_FILE)


def test_a_file_that_changes_after_opening() -> None:
    file = io.BytesIO(GOOD)
    bundle = Bundle(Path("sample"), ZipSource(file))
    file.seek(entries()[NAMES.index(ONNX_FILE)].start)
    file.write(b"evil")
    with pytest.raises(DigestError, match="was changed"):
        bundle.load(bundle.manifest.variants[0])


def test_a_flip_of_any_byte_is_refused() -> None:
    # All bytes of the records, a tenth of the files'.
    inside = {place for entry in entries() for place in range(entry.start, entry.end) if place % 10}
    for place in set(range(len(GOOD))) - inside:
        data = bytearray(GOOD)
        data[place] ^= 1 << place % 8
        with pytest.raises(BundleError):
            Bundle(Path("flipped"), ZipSource(io.BytesIO(data)))


def test_with_manifest_is_a_control() -> None:
    data = zipped({**sample_contents(), "manifest.json": with_manifest(lambda _: None)})
    assert data == GOOD
