import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edgec_runtime.bundle import Bundle
from edgec_runtime.errors import BundleNotFoundError, ContainerError, DigestError, LimitError, ModelError
from edgec_runtime.format.write import seal, write_folder, write_zip
from edgec_runtime.sandbox import verify_in_child


@pytest.fixture
def path(make_bundle: Callable[..., Path]) -> Path:
    return make_bundle(variants=[("cpu", "onnxruntime", "fp32"), ("tflite", "tflite", "fp32")])


def test_a_good_bundle(path: Path) -> None:
    verify_in_child(path)


def test_a_damaged_bundle_raises_what_opening_it_would(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    with pytest.raises(ContainerError) as here:
        Bundle.open(path)
    with pytest.raises(ContainerError) as there:
        verify_in_child(path)
    assert str(there.value) == str(here.value)


def test_a_missing_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleNotFoundError, match="no such file"):
        verify_in_child(tmp_path / "nowhere.edgec")


def test_a_path_with_a_nul() -> None:
    with pytest.raises(BundleNotFoundError, match="not a path"):
        verify_in_child("a\0b")


def test_a_path_that_looks_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BundleNotFoundError):
        verify_in_child("--help")


def resealed(path: Path, target: Path, name: str, data: bytes) -> Path:
    with Bundle.open(path) as bundle:
        files = {entry.path: bundle.read(entry.path) for entry in bundle.manifest.files}
        manifest = bundle.manifest
    files[name] = data
    write_zip(target, seal(manifest, files), files)
    return target


def test_a_network_of_any_variant_is_guarded(path: Path, tmp_path: Path) -> None:
    hostile = resealed(path, tmp_path / "hostile.edgec", "tflite/fp32/model.tflite", b"\0" * 64)
    with pytest.raises(ModelError, match=r"^tflite/fp32/model\.tflite: this is not a TFL3 file"):
        verify_in_child(hostile)


def test_a_pipe_as_a_file_does_not_stop_it(path: Path, tmp_path: Path) -> None:
    with Bundle.open(path) as bundle:
        files = {entry.path: bundle.read(entry.path) for entry in bundle.manifest.files}
        write_folder(tmp_path / "folder", bundle.manifest, files)
    (tmp_path / "folder/golden/input.bin").unlink()
    os.mkfifo(tmp_path / "folder/golden/input.bin")
    with pytest.raises(ContainerError, match="neither a file nor a folder"):
        verify_in_child(tmp_path / "folder")


def test_too_much_memory(path: Path, tmp_path: Path) -> None:
    large = resealed(path, tmp_path / "large.edgec", "cpu/fp32/model.onnx", b"\0" * (200 << 20))
    with pytest.raises(LimitError, match="memory"):
        verify_in_child(large, memory_mib=150)


def test_too_much_time(path: Path) -> None:
    with pytest.raises(LimitError, match="takes more than 1024 MiB and 0 s"):
        verify_in_child(path, seconds=0)


def test_a_wrong_digest(path: Path) -> None:
    data = path.read_bytes()
    with Bundle.open(path) as bundle:
        golden = bundle.read("golden/input.bin")
    path.write_bytes(data.replace(golden, golden[:-1] + bytes([golden[-1] ^ 1]), 1))
    with pytest.raises(DigestError, match=r"golden/input\.bin"):
        verify_in_child(path)


def test_modules_of_the_current_folder_are_not_imported(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('imported from the current folder')")
    monkeypatch.chdir(tmp_path)
    verify_in_child(path)
