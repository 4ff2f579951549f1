"""A recipe file for a network that trains in seconds, and `edgec train` in a process of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.toolchain.learn.made import squares

RECIPE = """\
model: unet_light
options: {widths: [4, 8], bottleneck: 8}
name: squares
size: [32, 32]
data: {path: squares, val: 0.3}
train:
  epochs: 3
  batch: 4
  crop: 16
  lr: 2e-2
  average: 0.5
  threads: 1
"""


def prepared(folder: Path) -> Path:
    """`recipe.yaml` and the images that it learns from."""
    squares(folder / "squares", 12)
    (folder / "recipe.yaml").write_text(RECIPE)
    return folder


def start(folder: Path, *words: str, **environment: str) -> "subprocess.Popen[str]":
    """`edgec train recipe.yaml` there; its stderr is piped."""
    command = [sys.executable, "-m", "edgec", "train", "recipe.yaml", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, text=True, **pipes)


def kill_after(process: "subprocess.Popen[str]", words: str) -> None:
    """SIGKILL as soon as a line of its stderr begins with `words`."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(words):
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
            process.communicate()
            return
    raise AssertionError(f"it ended with code {process.wait()} before {words!r}")


def runs(folder: Path) -> list[Path]:
    """The folders of its runs."""
    return sorted((folder / "runs" / "squares").iterdir())
