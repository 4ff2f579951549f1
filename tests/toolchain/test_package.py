from dataclasses import replace
from pathlib import Path

import pytest

from edgec.errors import OutputError
from edgec.package import publish
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Manifest
from edgec_runtime.format.write import seal


@pytest.fixture
def packed(tiny_bundle: Path) -> tuple[Manifest, dict[str, bytes]]:
    with Bundle.open(tiny_bundle) as bundle:
        return bundle.manifest, {entry.path: bundle.read(entry.path) for entry in bundle.manifest.files}


Packed = tuple[Manifest, dict[str, bytes]]


def test_both_forms_are_written_and_hold_the_same(packed: Packed, tmp_path: Path) -> None:
    archive = publish(*packed, tmp_path, force=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny-1.0.0", "tiny-1.0.0.edgec"]
    with Bundle.open(archive) as zipped, Bundle.open(archive.with_suffix("")) as folder:
        assert zipped.manifest == folder.manifest == packed[0]


def test_the_same_content_is_left_alone(packed: Packed, tmp_path: Path) -> None:
    archive = publish(*packed, tmp_path, force=False)
    before = archive.stat()
    manifest, files = packed
    again = seal(replace(manifest, lineage=replace(manifest.lineage, git_revision="0" * 40)), files)
    publish(again, files, tmp_path, force=False)
    assert archive.stat().st_ino == before.st_ino


def test_other_content_of_one_version_needs_force(packed: Packed, tmp_path: Path) -> None:
    manifest, files = packed
    archive = publish(manifest, files, tmp_path, force=False)
    before = archive.read_bytes()
    other = seal(replace(manifest, parameters=1), files)
    with pytest.raises(OutputError, match=r"tiny-1\.0\.0\.edgec exists and holds other content.*--force"):
        publish(other, files, tmp_path, force=False)
    assert archive.read_bytes() == before
    publish(other, files, tmp_path, force=True)
    with Bundle.open(archive) as bundle:
        assert bundle.manifest.parameters == 1


def test_a_damaged_bundle_in_the_way_is_not_overwritten(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / "tiny-1.0.0.edgec").write_bytes(b"somebody's notes")
    with pytest.raises(OutputError, match="exists and holds other content"):
        publish(*packed, tmp_path, force=False)
    assert (tmp_path / "tiny-1.0.0.edgec").read_bytes() == b"somebody's notes"
    assert not (tmp_path / "tiny-1.0.0").exists()


def test_a_full_disk_is_told_and_leaves_nothing(packed: Packed, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(OutputError, match="--out"):
        publish(*packed, in_the_way / "artifacts", force=False)
    assert in_the_way.read_text() == ""
