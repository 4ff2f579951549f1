"""Each rule of the folder form has its hostile folder here."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from sample_bundle import ONNX_FILE, sample_files, sample_manifest

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleError, ContainerError, DigestError, FileSetError, LimitError
from edgec_runtime.format.write import write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = sample_files()
    path = tmp_path / "tiny_net-1.0.0"
    write_folder(path, sample_manifest(files), files)
    return path


def test_the_sample_is_accepted(folder: Path) -> None:
    with Bundle.open(folder) as bundle:
        assert bundle.read(ONNX_FILE) == sample_files()[ONNX_FILE]


def symbolic_link(folder: Path) -> None:
    target = folder.parent / "elsewhere.onnx"
    (folder / ONNX_FILE).rename(target)
    (folder / ONNX_FILE).symlink_to(target)


def linked_folder(folder: Path) -> None:
    target = folder.parent / "elsewhere"
    (folder / "cpu").rename(target)
    (folder / "cpu").symlink_to(target)


def hard_link(folder: Path) -> None:
    os.link(folder / ONNX_FILE, folder.parent / "elsewhere.onnx")


def pipe(folder: Path) -> None:
    (folder / ONNX_FILE).unlink()
    os.mkfifo(folder / ONNX_FILE)


def listening_socket(folder: Path) -> None:
    (folder / ONNX_FILE).unlink()
    here = Path.cwd()
    os.chdir(folder / "cpu/fp32")  # a socket's path is short
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("model.onnx")
    finally:
        os.chdir(here)


def linked_manifest(folder: Path) -> None:
    (folder / "manifest.json").rename(folder.parent / "manifest.json")
    (folder / "manifest.json").symlink_to(folder.parent / "manifest.json")


def shortened(folder: Path) -> None:
    with (folder / ONNX_FILE).open("r+b") as file:
        file.truncate(100)


def flipped(folder: Path) -> None:
    data = bytearray((folder / ONNX_FILE).read_bytes())
    data[50] ^= 1
    (folder / ONNX_FILE).write_bytes(data)


def many(folder: Path) -> None:
    for i in range(260):
        (folder / f"f{i}").touch()


HOSTILE: list[tuple[Callable[[Path], object], type[BundleError], str]] = [
    (symbolic_link, ContainerError, "is a symbolic link"),
    (linked_folder, ContainerError, "'cpu' is a symbolic link"),
    (linked_manifest, ContainerError, "'manifest.json' is a symbolic link"),
    (hard_link, ContainerError, "has 2 links"),
    (pipe, ContainerError, "neither a file nor a folder"),
    (listening_socket, ContainerError, "neither a file nor a folder"),
    (shortened, DigestError, "has 100 bytes, manifest.json says 261"),
    (flipped, DigestError, "has the sha256"),
    (many, LimitError, "more than 256 files"),
    (lambda folder: (folder / "manifest.json").unlink(), ContainerError, "holds no manifest.json"),
    (lambda folder: (folder / ONNX_FILE).unlink(), ContainerError, "the folder 'cpu/fp32/' is empty"),
    (lambda folder: shutil.rmtree(folder / "cpu"), FileSetError, f"{ONNX_FILE!r} is missing"),
    (lambda folder: (folder / "extra").write_text("x"), FileSetError, "'extra' is present"),
    (lambda folder: (folder / "cpu/extra").write_text("x"), FileSetError, "'cpu/extra' is present"),
    (
        lambda folder: (folder / ".DS_Store").write_text("x"),
        ContainerError,
        "'.DS_Store' is not a name of a bundle",
    ),
    (lambda folder: (folder / "empty").mkdir(), ContainerError, "the folder 'empty/' is empty"),
    (lambda folder: (folder / "a/b/c/d/e").mkdir(parents=True), ContainerError, "at most 4"),
    (
        lambda folder: Path(os.fsdecode(bytes(folder) + b"/\xff")).touch(),
        ContainerError,
        "is not a name of a bundle",
    ),
    (lambda folder: (folder / "bundle.sig").touch(), ContainerError, "no signatures yet"),
    (lambda folder: (folder / "manifest.json").write_bytes(b" " * 2**21), LimitError, "larger than 1048576"),
    (lambda folder: [shutil.rmtree(folder), folder.mkdir()], ContainerError, "the folder is empty"),
]


@pytest.mark.parametrize(("attack", "kind", "words"), HOSTILE, ids=[words for *_, words in HOSTILE])
def test_refuses(folder: Path, attack: Callable[[Path], object], kind: type[BundleError], words: str) -> None:
    attack(folder)
    with pytest.raises(BundleError) as caught:
        Bundle.open(folder)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert str(folder) in str(caught.value)


def test_refuses_a_link_to_a_bundle(folder: Path) -> None:
    link = folder.parent / "latest"
    link.symlink_to(folder)
    with pytest.raises(ContainerError, match="symbolic link"):
        Bundle.open(link)


@pytest.mark.parametrize("attack", [symbolic_link, hard_link, flipped, shortened, pipe])
def test_what_changes_after_opening_is_refused_at_loading(
    folder: Path, attack: Callable[[Path], object]
) -> None:
    with Bundle.open(folder) as bundle:
        (folder / ONNX_FILE).write_bytes(b"\0" * 261)
        attack(folder)
        with pytest.raises((ContainerError, DigestError)):
            bundle.load(bundle.variant("cpu", machine="x86_64"))


def test_of_a_file_that_grows_after_opening_only_the_verified_bytes_are_given(folder: Path) -> None:
    with Bundle.open(folder) as bundle:
        with (folder / ONNX_FILE).open("ab") as file:
            file.write(b"more")
        assert bundle.read(ONNX_FILE) == sample_files()[ONNX_FILE]


def test_a_folder_moved_after_opening_still_reads_the_same_files(folder: Path) -> None:
    with Bundle.open(folder) as bundle:
        folder.rename(folder.parent / "moved")
        assert bundle.read(ONNX_FILE) == sample_files()[ONNX_FILE]


def test_closing_twice_and_reading_after(folder: Path) -> None:
    bundle = Bundle.open(folder)
    bundle.close()
    bundle.close()
    with pytest.raises(ContainerError, match="closed"):
        bundle.read(ONNX_FILE)


def open_handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_handle_is_left_open(folder: Path) -> None:
    before = open_handles()
    with Bundle.open(folder) as bundle:
        bundle.load(bundle.manifest.variants[0])
    flipped(folder)
    with pytest.raises(DigestError):
        Bundle.open(folder)
    assert open_handles() == before
