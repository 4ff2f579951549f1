import json
import subprocess
import sys
from pathlib import Path

import pytest

from edgec.errors import OutputError, TrainingError
from edgec.learn.runs import VARIABLE, open_run

ABOUT = {"recipe_sha256": "a", "data_sha256": "b"}


def begun(folder: Path, finished: bool = False, **about: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({"finished": finished, **ABOUT, **about}))
    return folder


def test_a_new_run_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    with open_run(tmp_path / "runs", ABOUT) as one:
        pass
    with open_run(tmp_path / "runs", ABOUT) as other:
        assert other.parent == one.parent == tmp_path / "runs"
        assert other != one, "a folder without a metrics file is no run to go on with"


def test_the_newest_that_fits_is_gone_on_with(tmp_path: Path) -> None:
    begun(tmp_path / "1")
    begun(tmp_path / "2")
    begun(tmp_path / "3", finished=True)
    begun(tmp_path / "4", recipe_sha256="other")
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "metrics.json").write_text("{")
    with open_run(tmp_path, ABOUT) as folder:
        assert folder == tmp_path / "2"


@pytest.mark.parametrize(
    ("finished", "about", "why"),
    [
        (True, {}, "is finished"),
        (False, {"data_sha256": "c"}, "was begun with another data"),
        (False, {"recipe_sha256": "c", "data_sha256": "c"}, "another recipe and data"),
    ],
)
def test_a_named_run_that_does_not_fit_is_refused(
    tmp_path: Path, finished: bool, about: dict, why: str
) -> None:
    folder = begun(tmp_path / "run", finished, **about)
    with pytest.raises(TrainingError, match=why), open_run(tmp_path, ABOUT, folder):
        pass


def test_a_named_folder_is_begun_or_refused(tmp_path: Path) -> None:
    with open_run(tmp_path, ABOUT, tmp_path / "new" / "run") as folder:
        assert folder.is_dir()
    (folder / "other.txt").touch()
    with pytest.raises(TrainingError, match="not the folder of a run"), open_run(tmp_path, ABOUT, folder):
        pass
    with pytest.raises(OutputError), open_run(tmp_path, ABOUT, folder / "other.txt" / "run"):
        pass


HOLDER = """
import sys
from pathlib import Path
from edgec.learn.runs import open_run
with open_run(Path(sys.argv[1]), {"recipe_sha256": "a", "data_sha256": "b"}) as folder:
    print(folder.name, flush=True)
    sys.stdin.read()
"""


def test_what_another_process_trains_in_is_left_alone(tmp_path: Path) -> None:
    folder = begun(tmp_path / "1")
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "1"
        with pytest.raises(TrainingError, match="by another process"), open_run(tmp_path, ABOUT, folder):
            pass
        with open_run(tmp_path, ABOUT) as other:
            assert other != folder
        holder.kill()
    with open_run(tmp_path, ABOUT) as again:
        assert again == folder, "the lock went with the process"


def test_a_further_process_of_a_run_is_told_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "given"))
    with open_run(tmp_path, ABOUT) as folder:
        assert folder == tmp_path / "given"
