"""Nodes, constants and inputs of any form give an error or an answer, never a crash."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("hostile.py")


@pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]
)
def test_the_process_lives(compiled: Path, seed: int) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(compiled), str(seed)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    refused, answered = (int(word) for word in done.stdout.split()[-2:])
    assert refused > 100, done.stdout
    assert answered > 5, done.stdout
