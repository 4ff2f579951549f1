"""What the system lacks is named with the command that installs it."""

import os
import shutil
from pathlib import Path

import pytest

from edgec.emulator import CORES, EmulatedPython, prepare, status
from edgec.emulator.tools import PACKAGES, call, missing
from edgec.errors import EmulatorError


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH on which all programs are, each doing nothing."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PACKAGES:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.mark.parametrize(
    ("absent", "sentence"),
    [
        (["qemu-aarch64", "qemu-x86_64"], "apt-get install --no-install-recommends qemu-user (as root)"),
        (["gcc"], "gcc not found: apt-get install --no-install-recommends gcc (as root)"),
        (
            ["qemu-aarch64", "gcc"],
            "qemu-aarch64 and gcc not found: apt-get install --no-install-recommends qemu-user gcc",
        ),
        (["apt-get"], "apt-get not found: the emulator can be set up on Debian and Ubuntu only"),
    ],
)
def test_a_missing_program(absent: list[str], sentence: str, programs: Path, tmp_path: Path) -> None:
    assert missing(list(PACKAGES)) is None
    for name in absent:
        (programs / name).unlink()
    cache = tmp_path / "cache"
    found = status(cache).missing
    assert found is not None
    assert sentence in found
    with pytest.raises(EmulatorError, match="not found"):
        prepare(cache)
    assert not cache.exists()


def test_without_the_emulator_the_command_that_sets_it_up_is_named(programs: Path, tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match=r"emulator/root is missing: run edgec emulator setup"):
        EmulatedPython(CORES["cortex-a72"], tmp_path)
    (programs / "qemu-aarch64").unlink()
    with pytest.raises(EmulatorError, match="qemu-user"):
        EmulatedPython(CORES["cortex-a72"], tmp_path)


def test_a_failed_program_is_told_by_its_last_words(tmp_path: Path) -> None:
    script = tmp_path / "apt-get"
    script.write_text("#!/bin/sh\necho working\necho 'E: no such package' >&2\nexit 100\n")
    script.chmod(0o755)
    with pytest.raises(EmulatorError, match=r"^reading failed: apt-get: E: no such package$"):
        call([str(script)], "reading")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written(programs: Path) -> None:
    with pytest.raises(EmulatorError, match="--cache or EDGEC_CACHE"):
        prepare(Path("/proc/edgec"))


def test_a_cache_that_is_a_file(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(EmulatorError, match="--cache or EDGEC_CACHE"):
        prepare(tmp_path / "cache")


def test_a_failed_download_leaves_nothing_half(programs: Path, tmp_path: Path) -> None:
    (programs / "apt-get").write_text("#!/bin/sh\necho 'E: no network' >&2\nexit 100\n")
    with pytest.raises(EmulatorError, match="package lists for arm64 failed: apt-get: E: no network"):
        prepare(tmp_path / "cache")
    assert status(tmp_path / "cache").pieces[0][1] == "missing"
    assert shutil.which("apt-get") is not None
