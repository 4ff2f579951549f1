"""Run `edgec` as a person does: in a process of its own (`edgec`), or quicker, in this one (`here`)."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgec.cli.app import run as run_here

Finished = subprocess.CompletedProcess[str]
Run = Callable[..., Finished]


@pytest.fixture(autouse=True)
def _bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own and none of the variables that a person may have set."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("EDGEC_", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_")):
            monkeypatch.delenv(name)


@pytest.fixture
def edgec() -> Run:
    def run(*words: str, **environment: str) -> Finished:
        command = [sys.executable, "-m", "edgec", *words]
        return subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*words: str, **environment: str) -> Finished:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            capsys.readouterr()
            code = run_here(words)
        return Finished(words, code, *capsys.readouterr())

    return run
