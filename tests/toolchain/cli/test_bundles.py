"""The bundle that is meant when none is named, the lines to copy, and the exit code of a table."""

import os
import shlex
from pathlib import Path

import pytest

from edgec.cli.bundles import bench_line, exit_code, newest_bundle, run_line
from edgec_runtime.errors import UsageError


def test_the_newest_bundle_is_the_one_written_last(tmp_path: Path) -> None:
    for age, name in enumerate(["z-1.0.0.edgec", "b-2.0.0.edgec", "a-1.0.0.edgec"]):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    (tmp_path / "y-1.0.0.bench.json").write_text("")
    assert newest_bundle(tmp_path).name == "z-1.0.0.edgec"


def test_without_a_bundle_the_message_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="edgec build --model unet_light"):
        newest_bundle(tmp_path / "artifacts")


def test_the_lines_to_copy_survive_a_space_in_the_path() -> None:
    assert shlex.split(bench_line(Path("my nets/a.edgec"))) == ["edgec", "bench", "my nets/a.edgec"]
    assert "my nets/a.edgec" in shlex.split(run_line(Path("my nets/a.edgec")))


@pytest.mark.parametrize(
    ("failed", "code"), [([], 0), ([False, False], 0), ([True, False], 1), ([True, True], 2), ([True], 2)]
)
def test_exit_code(failed: list[bool], code: int) -> None:
    assert exit_code(failed) == code
