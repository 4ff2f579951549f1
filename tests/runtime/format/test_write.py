import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sample_bundle import sample_contents, sample_files, sample_manifest, zipped

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import FileSetError, LimitError, ManifestError
from edgec_runtime.format.manifest import Manifest
from edgec_runtime.format.write import seal, write_folder, write_zip

Writer = Callable[[Path, Manifest, Mapping[str, bytes]], None]
FILES = sample_files()
MANIFEST = sample_manifest(FILES)


def snapshot(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*") if file.is_file()}


@pytest.fixture(params=[write_folder, write_zip], ids=["folder", "zip"])
def write(request: pytest.FixtureRequest) -> Writer:
    writer: Writer = request.param
    return writer


def test_written_twice_the_bytes_are_the_same(tmp_path: Path, write: Writer) -> None:
    write(tmp_path / "a", MANIFEST, FILES)
    write(tmp_path / "b", MANIFEST, dict(reversed(FILES.items())))
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")


def test_the_zip_is_that_of_the_format(tmp_path: Path) -> None:
    write_zip(tmp_path / "a.edgec", MANIFEST, FILES)
    assert (tmp_path / "a.edgec").read_bytes() == zipped(sample_contents())


def test_the_folder_holds_the_same_files(tmp_path: Path) -> None:
    write_folder(tmp_path / "a", MANIFEST, FILES)
    assert snapshot(tmp_path / "a") == sample_contents()


def test_what_is_written_opens(tmp_path: Path, write: Writer) -> None:
    write(tmp_path / "a", MANIFEST, FILES)
    with Bundle.open(tmp_path / "a") as bundle:
        assert bundle.manifest == MANIFEST
        assert {path: bundle.read(path) for path in FILES} == FILES


def test_replaces_what_is_there(tmp_path: Path, write: Writer) -> None:
    other = {**FILES, "golden/cpu/fp32.bin": FILES["golden/input.bin"][::-1]}
    write(tmp_path / "a", MANIFEST, FILES)
    write(tmp_path / "a", seal(MANIFEST, other), other)
    with Bundle.open(tmp_path / "a") as bundle:
        assert bundle.read("golden/cpu/fp32.bin") == other["golden/cpu/fp32.bin"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_others_may_read_it(tmp_path: Path, write: Writer) -> None:
    old = os.umask(0o022)
    try:
        write(tmp_path / "a", MANIFEST, FILES)
    finally:
        os.umask(old)
    mode = stat.S_IMODE((tmp_path / "a").stat().st_mode)
    assert mode == (0o755 if (tmp_path / "a").is_dir() else 0o644)


def test_a_full_disk_leaves_what_was_there_and_nothing_else(
    tmp_path: Path, write: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", MANIFEST, FILES)
    before = snapshot(tmp_path / "a")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "a", MANIFEST, FILES)
    assert snapshot(tmp_path / "a") == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_folder_that_cannot_be_renamed_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path / "a", MANIFEST, FILES)
    rename, target = Path.rename, tmp_path / "a"

    def failing(self: Path, to: Path) -> Path:
        if to == target and not target.exists() and "aside" not in seen:
            seen.append("aside")
            raise OSError(5, "Input/output error")
        return rename(self, to)

    seen: list[str] = []
    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="Input/output error"):
        write_folder(tmp_path / "a", MANIFEST, FILES)
    assert snapshot(target) == sample_contents()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_no_folder_to_write_to(tmp_path: Path, write: Writer) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "missing" / "a", MANIFEST, FILES)


def test_files_that_the_manifest_does_not_list(tmp_path: Path, write: Writer) -> None:
    with pytest.raises(FileSetError, match="seal the manifest first"):
        write(tmp_path / "a", MANIFEST, {**FILES, "zzz": b""})
    assert not (tmp_path / "a").exists()


def test_seal_refuses_what_a_reader_would() -> None:
    with pytest.raises(ManifestError, match="name is 'No'"):
        seal(replace(MANIFEST, name="No"), FILES)
    with pytest.raises(FileSetError, match="which nothing in the manifest uses"):
        seal(MANIFEST, {**FILES, "zzz": b""})
    with pytest.raises(LimitError, match="256"):
        seal(MANIFEST, {**FILES, **{f"f{i:03}": b"" for i in range(256)}})
