"""How the kernels are compiled, and the wheels that hold them."""

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edgec_runtime.kernels import build

ROOT = Path(__file__).parents[3]
OLDEST = (2, 17)  # manylinux_2_17's glibc


def test_without_a_compiler_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("CC", "")
    assert build.main() == 2
    assert "apt-get install --no-install-recommends gcc" in capsys.readouterr().err
    with pytest.raises(build.CompilerError, match="gcc-aarch64-linux-gnu"):
        build.compiler("aarch64" if build.platform.machine() != "aarch64" else "x86_64")


def test_a_compiler_that_fails_is_quoted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(build.CompilerError, match="-fno-such-option"):
        build.compile_kernels(tmp_path / "x.so", extra=["-fno-such-option"])
    assert not list(tmp_path.iterdir())


def test_the_library_needs_no_newer_glibc(compiled: Path) -> None:
    assert newest_glibc(compiled.read_bytes()) <= OLDEST


def newest_glibc(data: bytes) -> tuple[int, ...]:
    return max(tuple(map(int, found.split(b"."))) for found in re.findall(rb"GLIBC_([0-9.]+)", data))


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("sources") / "runtime"
    leave = shutil.ignore_patterns("build", "*.egg-info", "__pycache__", build.LIBRARY)
    shutil.copytree(ROOT / "runtime", copy, ignore=leave)
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_a_wheel_for_each_architecture(sources: Path, tmp_path: Path, architecture: str) -> None:
    try:
        build.compiler(architecture)
    except build.CompilerError as error:
        pytest.skip(str(error))
    command = [sys.executable, str(sources / "wheels.py"), "--out", str(tmp_path), architecture]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith(f"-py3-none-manylinux_2_17_{architecture}.whl")
    with zipfile.ZipFile(wheel) as archive:
        library = archive.read(f"edgec_runtime/kernels/{build.LIBRARY}")
    assert library[18:20] == {"x86_64": b"\x3e\0", "aarch64": b"\xb7\0"}[architecture]  # ELF's machine
    assert newest_glibc(library) <= OLDEST


@pytest.mark.slow
def test_an_installation_without_a_compiler_is_whole(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("CC", raising=False)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-v",
        "--no-deps",
        "--wheel-dir",
        str(tmp_path),
        str(sources),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (done.stdout + done.stderr).count(
        "is installed without kernels for binary networks: there is no C"
    ) == 1
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
