"""The counter, compiled by the compiler that is here."""

import shutil
from pathlib import Path

import pytest

from edgec.emulator import counter
from edgec.errors import EmulatorError


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc")
def test_it_compiles(tmp_path: Path) -> None:
    counter.make(tmp_path)
    assert (tmp_path / counter.LIBRARY).read_bytes().startswith(b"\x7fELF")


def test_commas_in_a_path_do_not_end_it() -> None:
    found = counter.switched_on(Path("/a,b"), Path("/c,d"))
    assert found == {"QEMU_PLUGIN": f"file=/a,,b/{counter.LIBRARY},out=/c,,d"}


def test_the_counts_between_marks(tmp_path: Path) -> None:
    out = tmp_path / "counts"
    out.write_text("1 2 3 4 5 6 \n2 4 6 8 10 12 \n2 4 6 8 10 13 \n")
    first, second = counter.read(out)
    assert list(first) == list(counter.CLASSES)
    assert list(first.values()) == [1, 2, 3, 4, 5, 6]
    assert sum(second.values()) == 1


@pytest.mark.parametrize("text", ["1 2\n3 4\n", "1 2 3 4 5 six\n", None])
def test_a_torn_file_is_refused(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "counts").write_text(text)
    with pytest.raises(EmulatorError, match="edgec emulator setup"):
        counter.read(tmp_path / "counts")
