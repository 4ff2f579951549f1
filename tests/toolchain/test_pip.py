"""pip's options for another system."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from edgec.pip import options_for


def test_platforms_from_the_newest_to_the_oldest() -> None:
    options = options_for("aarch64", (3, 12), (2, 19))
    platforms = [option.removeprefix("--platform=") for option in options if option.startswith("--platform")]
    assert platforms[:4] == [
        "manylinux_2_19_aarch64",
        "manylinux_2_18_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    ]
    assert "--python-version=3.12" in options
    assert "--abi=cp312" in options


def test_pip_takes_the_wheel_of_the_other_system_and_no_other(tmp_path: Path) -> None:
    for tag in ("cp312-cp312-manylinux_2_17_aarch64", "cp312-cp312-manylinux_2_17_x86_64"):
        _wheel(tmp_path / f"thing-1.0-{tag}.whl", tag)
    found = tmp_path / "found"
    command = [sys.executable, "-m", "pip", "download", "--no-index", f"--find-links={tmp_path}"]
    done = subprocess.run(
        [*command, f"--dest={found}", *options_for("aarch64", (3, 12), (2, 28)), "thing"], check=False
    )
    assert done.returncode == 0
    assert [path.name for path in found.iterdir()] == ["thing-1.0-cp312-cp312-manylinux_2_17_aarch64.whl"]


def _wheel(path: Path, tag: str) -> None:
    with ZipFile(path, "w") as file:
        file.writestr("thing-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n")
        file.writestr("thing-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        file.writestr("thing-1.0.dist-info/RECORD", "")
