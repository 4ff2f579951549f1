import resource
import subprocess
import sys
from pathlib import Path

import pytest

from edgec_runtime.wholefile import write_whole

LIMIT = 4096
FULL = """
import resource, signal, sys
from pathlib import Path
from edgec_runtime.wholefile import write_whole
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    write_whole(Path(sys.argv[1]), bytes({size}))
except OSError as error:
    sys.exit(error.errno)
"""


def test_what_was_there_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"\x00\xff")
    assert path.read_bytes() == b"\x00\xff"
    write_whole(path, "Größe\n")
    assert path.read_text("utf-8") == "Größe\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="the system limits no file's size")
def test_a_disk_without_room_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("before")
    program = FULL.format(limit=LIMIT, size=2 * LIMIT)
    done = subprocess.run([sys.executable, "-B", "-c", program, str(path)], check=False)
    assert done.returncode > 0
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_replaced_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]
