"""The kernels of another architecture, with and without a compiler for it."""

from pathlib import Path

import pytest

from edgec.emulator import kernels
from edgec_runtime.kernels import build


def test_without_a_compiler_the_guest_is_told_so_and_the_reader_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    kernels.make(tmp_path)
    assert kernels.made_from()["compiler"] == "none"
    assert kernels.switched_on(tmp_path) == {"EDGEC_KERNELS": "none"}
    said = kernels.why_not(tmp_path)
    assert said is not None
    assert "apt-get install" in said
    assert said.endswith("then run edgec emulator setup")


def test_with_one_there_is_a_library_of_that_architecture(tmp_path: Path) -> None:
    try:
        build.compiler("aarch64")
    except build.CompilerError as error:
        pytest.skip(str(error))
    kernels.make(tmp_path)
    path = Path(kernels.switched_on(tmp_path)["EDGEC_KERNELS"])
    assert kernels.why_not(tmp_path) is None
    assert path.parent == tmp_path
    machine = path.read_bytes()[18:20]  # of the ELF header: 183 is AArch64
    assert int.from_bytes(machine, "little") == 183
