from pathlib import Path

import pytest

from edgec.errors import OutputError, UsageError
from edgec.report.written import check_writable, write_text


def test_a_file_in_a_folder_that_is_there(tmp_path: Path) -> None:
    check_writable(None)
    check_writable(tmp_path / "report.xml")
    write_text(tmp_path / "report.xml", "é")
    assert (tmp_path / "report.xml").read_bytes() == "é".encode()
    check_writable(tmp_path / "report.xml")


@pytest.mark.parametrize("name", [".", "none/report.xml"])
def test_what_cannot_be_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        check_writable(tmp_path / name)
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / name, "")
