"""Help: of every command, quick, and without what only the work needs."""

import subprocess
import sys

import pytest

from edgec.cli.app import COMMANDS

HEAVY = (
    "torch",
    "lightning",
    "kornia",
    "onnx",
    "onnx_ir",
    "onnxruntime",
    "openvino",
    "ai_edge_litert",
    "cv2",
    "numpy",
    "pydantic",
    "rich",
)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str) -> None:
    script = f"""
import sys
from edgec.cli.app import run
code = run([*{command.split()!r}, "--help"])
loaded = [name for name in {HEAVY!r} if name in sys.modules]
sys.exit(f"loaded {{loaded}}" if loaded else code)
"""
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("Usage: edgec")


def test_what_does_not_train_does_not_load_what_only_training_needs() -> None:
    modules = "pipeline", "evaluation.checkpoint", "tune", "gate", "ladder", "data", "report.eval_files"
    script = f"""
import importlib, sys
for name in {modules!r}:
    importlib.import_module("edgec." + name)
sys.exit(" ".join(name for name in ("lightning", "kornia", "lion_pytorch") if name in sys.modules) or 0)
"""
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_the_group_lists_every_command_with_its_help(here) -> None:
    text = here("--help").stdout
    for name in COMMANDS:
        line = next(line for line in text.splitlines() if line.split()[:1] == [name])
        assert len(line.split()) > 2


def test_every_command_has_json(here) -> None:
    for name in COMMANDS:
        assert "--json" in here(name, "--help").stdout


def test_version(here) -> None:
    finished = here("--version")
    assert finished.stdout.startswith("edgec 0.")
    assert finished.returncode == 0


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_completion(here, shell: str) -> None:
    assert "_EDGEC_COMPLETE" in here("completion", shell).stdout


def test_completion_of_a_target(edgec) -> None:
    finished = edgec(_EDGEC_COMPLETE="bash_complete", COMP_WORDS="edgec bench --target open", COMP_CWORD="3")
    assert finished.stdout == "plain,openvino\n"
