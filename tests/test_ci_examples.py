"""The examples of docs/ci.md: they are YAML, and every edgec command in them is one that edgec takes."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from edgec.cli.app import app

PAGE = Path(__file__).parents[1] / "docs/ci.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
EXAMPLES = [yaml.safe_load(text) for text in BLOCKS]


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in strings(each)]
    if isinstance(value, list):
        return [text for each in value for text in strings(each)]
    return [value] if isinstance(value, str) else []


LINES = [
    line.strip()
    for example in EXAMPLES
    for text in strings(example)
    for line in text.splitlines()
    if line.strip().startswith("edgec ")
]


def test_there_is_one_for_each_service() -> None:
    github, gitlab = EXAMPLES
    assert "steps" in github["jobs"]["gate"]
    assert gitlab["gate"]["artifacts"]["reports"]["junit"] == "gate.xml"
    assert gitlab["gate"]["allow_failure"] == {"exit_codes": 3}


def test_each_of_them_gates() -> None:
    assert sum(line.startswith("edgec gate ") for line in LINES) == 4


@pytest.mark.parametrize("line", LINES)
def test_edgec_takes_the_command(line: str) -> None:
    _, name, *words = shlex.split(line)
    context = click.Context(app)
    command = app.get_command(context, name)
    assert command is not None
    command.make_context(name, words, parent=context)
