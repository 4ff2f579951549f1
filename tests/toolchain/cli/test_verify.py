"""`edgec verify`: its exit codes, its document and its table."""

import json
from pathlib import Path

import pytest
from tests.tiny import TINY
from tests.toolchain.ladder.vivid import VIVID

from edgec import runner
from edgec_runtime.errors import EngineMissingError

FAST = ("--target", "cpu", "--samples", "1")
PARTS = {"found", "node", "operators", "snr_db", "max_error", "limit_db", "compared"}


def test_a_bundle_that_holds(here, tiny_bundle: Path) -> None:
    finished = here("verify", str(tiny_bundle), "--model", f"{TINY}:binary", *FAST, "--bisect")
    assert finished.returncode == 0, finished.stderr
    assert "simplified" in finished.stdout
    assert "Nothing to bisect" in finished.stdout
    assert f"edgec eval {tiny_bundle} --data 'nuclei#val'" in finished.stderr


def test_other_weights_fall_and_the_document_says_where(here, tiny_bundle: Path) -> None:
    words = ("verify", str(tiny_bundle), "--model", VIVID, *FAST, "--precision", "fp32", "--bisect", "--json")
    finished = here(*words)
    assert finished.returncode == 1, finished.stderr
    document = json.loads(finished.stdout)
    assert document["schema"] == 1
    assert document["holds"] is False
    assert (document["samples"], document["scored_on"]) == ("1 of nuclei#val", "nuclei#val")
    rungs = {row["name"]: row for row in document["rungs"]}
    assert list(rungs) == ["torch", "exported", "simplified", "cpu fp32"]
    assert rungs["torch"]["step"] is None
    assert rungs["simplified"]["step"]["snr_db"] is None  # exact: infinite, which JSON has not
    assert rungs["simplified"]["change"] == {"dice": 0.0, "iou": 0.0}
    fallen = rungs["cpu fp32"]
    assert (fallen["status"], fallen["below"]) == ("falls", "simplified")
    assert fallen["reasons"]
    assert set(fallen["parting"]) == PARTS
    assert fallen["parting"]["node"] == "map"  # only the head's weights differ


def test_the_table_says_why_a_rung_falls(here, tiny_bundle: Path) -> None:
    words = ("verify", str(tiny_bundle), "--model", VIVID, *FAST, "--precision", "fp32", "--bisect")
    out = here(*words).stdout
    assert "falls: against simplified: max error" in out
    assert "parts from simplified at 'map'" in out


def test_what_cannot_run_leaves_it_open(here, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_installed(name: str):
        raise EngineMissingError(f"{name} is not installed")

    monkeypatch.setattr(runner, "load_engine", none_installed)
    finished = here("verify", str(tiny_bundle), *FAST, "--precision", "fp32")
    assert finished.returncode == 3
    assert "not run: onnxruntime is not installed" in finished.stdout
    assert "--model" in finished.stderr  # the source is not known: said, and no error


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no.edgec"], "there is no such file or folder"),
        ([], "there is no bundle in artifacts/"),
        (["BUNDLE", "--target", "raspberry-pi-5"], "it holds cpu fp32"),
        (["BUNDLE", "--checkpoint", "weights.pt"], "--model tiny.py:binary"),
        (["BUNDLE", "--model", "unet_lite"], "unet_light"),
        (["BUNDLE", "--data", "nowhere"], "nowhere"),
        (["BUNDLE", "--samples", "0"], "--samples"),
    ],
)
def test_mistakes(here, tiny_bundle: Path, words: list[str], said: str) -> None:
    finished = here("verify", *(str(tiny_bundle) if word == "BUNDLE" else word for word in words))
    assert finished.returncode == 2
    assert said in finished.stderr
    assert finished.stdout == ""
