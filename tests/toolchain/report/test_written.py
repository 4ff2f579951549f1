import subprocess
import sys
from pathlib import Path

import pytest

from edgec.errors import OutputError, UsageError
from edgec.report.written import check_new_folder, check_writable, write_folder, write_text


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


def test_a_folder_is_written_whole(tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    check_new_folder(None)
    check_new_folder(folder)
    write_folder(folder, {"a.csv": "é", "b.png": b"\x00"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "a.csv": "é".encode(),
        "b.png": b"\0",
    }
    assert list(tmp_path.iterdir()) == [folder]


def test_an_empty_folder_is_taken_and_a_full_one_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "scores"
    folder.mkdir()
    check_new_folder(folder)
    write_folder(folder, {"a": ""})
    with pytest.raises(UsageError, match="is there already"):
        check_new_folder(folder)
    with pytest.raises(OutputError, match="cannot be written"):
        write_folder(folder, {"b": ""})
    assert [path.name for path in folder.iterdir()] == ["a"]
    assert list(tmp_path.iterdir()) == [folder]


def test_where_no_folder_can_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path, told in ((tmp_path / "none" / "scores", "no folder"), (tmp_path / "file", "there already")):
        with pytest.raises(UsageError, match=told):
            check_new_folder(path)
    with pytest.raises(OutputError, match="cannot be written"):
        write_folder(tmp_path / "none" / "scores", {"a": ""})


FULL = """
import resource, signal, sys
from pathlib import Path
from edgec.errors import OutputError
from edgec.report.written import write_folder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_folder(Path(sys.argv[1]), {"small": b"", "large": bytes(8192)})
except OutputError as error:
    sys.exit(str(error))
"""


def test_a_disk_without_room_gets_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-B", "-c", FULL, str(tmp_path / "scores")], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "scores cannot be written: File too large" in done.stderr
    assert list(tmp_path.iterdir()) == []
