"""`edgec gate` as a person, or a CI job, calls it."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.toolchain.cli.conftest import Run

ONE = ("--target", "cpu", "--precision", "fp32")


@pytest.mark.slow
def test_a_bundle_against_itself_passes_and_writes_its_reports(here: Run, tiny_bundle: Path) -> None:
    reports = ("--junit", "gate.xml", "--markdown", "gate.md")
    loose = ("--max-slowdown", "900%", "--max-memory", "900%")
    done = here("gate", str(tiny_bundle), "--baseline", str(tiny_bundle), *ONE, *loose, *reports, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["answer"] == "pass"
    checks = [verdict["check"] for verdict in document["verdicts"]]
    assert checks == ["size", "dice", "latency", "memory"]
    assert len(ElementTree.parse("gate.xml").findall(".//testcase")) == 4
    assert "edgec gate: pass" in Path("gate.md").read_text()


def test_a_fail_gives_1_and_a_sentence(here: Run, tiny_bundle: Path) -> None:
    only = ("--max-slowdown", "none", "--max-memory", "none", "--max-dice-drop", "none")
    gone = ("--target", "cpu", "--target", "tflite")
    done = here("gate", str(tiny_bundle), "--baseline", str(tiny_bundle), *gone, *only)
    assert done.returncode == 0, done.stderr
    assert "its files take" in done.stdout
    assert "Next:\n  edgec bench" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--max-slowdown", "-3%"), "write 3%"),
        (("--max-slowdown", "nan%"), "write 3%"),
        (("--max-memory", "lots"), "write 5%, +10MiB"),
        (("--max-dice-drop", "-1"), "write 0.005"),
        (("--threads", "0"), "0 is not in the range"),
        (("--junit", "none/gate.xml"), "there is no folder none"),
        (("--baseline", "none.edgec"), "none.edgec: there is no such file"),
        (("--baseline", "none.json"), "none.json cannot be read"),
        ((), "has no budget to keep"),
        (("--metric", "instructions"), "name one by --baseline"),
        (("--metric", "seconds"), "is not a metric"),
    ],
)
def test_what_is_wrong_gives_2_and_is_said(
    here: Run, tiny_bundle: Path, words: tuple[str, ...], said: str
) -> None:
    done = here("gate", str(tiny_bundle), *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_numbers_that_are_none_give_2(here: Run, tiny_bundle: Path) -> None:
    row = {"target": "cpu", "precision": "fp32", "profile": None, "threads": 1, "size_bytes": 9}
    text = json.dumps({"schema": 1, "environment": {}, "measurements": [row | {"latency_ms": {"median": 0}}]})
    Path("zero.json").write_text(text)
    Path("nan.json").write_text(text.replace('"median": 0', '"median": NaN'))
    Path("noise.json").write_bytes(b"\xff\x00{")
    for name, said in (("zero", "median is 0"), ("nan", "NaN"), ("noise", "is not JSON")):
        done = here("gate", str(tiny_bundle), "--baseline", f"{name}.json")
        assert done.returncode == 2
        assert said in done.stderr
