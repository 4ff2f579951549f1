"""Every mistake ends in one message on stderr and the right exit code, never in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgec.cli import app
from edgec_runtime.errors import EdgecError, SelftestError


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["modls"], "Did you mean 'models'"),
        (["targets", "--jsn"], "--json"),
        (["build"], "Missing option '--model'"),
        (["build", "--model", "unet_light", "--quant", "int8"], "did you mean 'int8-static'?"),
        (["build", "--model", "unet_light", "--target", "opnvino"], "did you mean 'openvino'?"),
        (["build", "--model", "unet_light", "--target", "armv7"], "32-bit Arm is not a target"),
        (["build", "--model", "unet_light", "--size", "0x8"], "'0x8' is not a size"),
        (["build", "--model", "unet_light", "--mean", "a"], "'a' are not numbers"),
        (["build", "--model", "unet_light", "--classes", "a,,b"], "empty name"),
        (["build", "--model", "unet_light", "--threshold", "7"], "--threshold: "),
        (["build", "--model", "unet_light", "--std", "0"], "std must be above 0"),
        (["build", "--model", "unet_lite"], "unet_light"),
        (["bench"], "there is no bundle in artifacts/"),
        (["eval"], "there is no bundle in artifacts/"),
        (["info", "no.edgec"], "there is no such file or folder"),
        (["info", "\x1b[2Jno.edgec"], r"\x1b[2Jno.edgec"),
        (["completion", "bas"], "did you mean 'bash'?"),
    ],
)
def test_a_mistake_exits_2_with_a_message(here, words: list[str], said: str) -> None:
    finished = here(*words)
    assert said in finished.stderr
    assert finished.returncode == 2
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr


def test_images_that_the_network_would_clip(here) -> None:
    small = ("--option", "widths=[32]", "--size", "32x32")
    finished = here("build", "--model", "blu_net_fast", *small, "--mean", "0.5")
    assert "clips its images to 0..1" in finished.stderr
    assert (finished.returncode, finished.stdout) == (2, "")


def test_json_keeps_stdout_empty_on_a_mistake(edgec) -> None:
    finished = edgec("info", "no.edgec", "--json")
    assert (finished.returncode, finished.stdout) == (2, "")


def test_debug_shows_the_traceback(here) -> None:
    assert "Traceback" in here("--debug", "info", "no.edgec").stderr
    assert "Traceback" in here("info", "no.edgec", EDGEC_DEBUG="1").stderr


def test_a_bad_environment_variable_is_named(here) -> None:
    finished = here("targets", EDGEC_DEBUG="perhaps")
    assert finished.returncode == 2
    assert "perhaps" in finished.stderr


def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """A command `broken` that does `body`."""
    name = f"broken_{tmp_path.name}"
    code = f"""
import click
from edgec.cli.command import Command
from edgec_runtime.errors import SelftestError

@click.command(cls=Command)
@click.pass_obj
def command(display):
    {body}
"""
    (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(app.COMMANDS, "broken", name)


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("raise SelftestError('golden outputs differ')", 1, "golden outputs differ"),
        ("raise KeyboardInterrupt", 130, "interrupted"),
        ("raise ZeroDivisionError('x')", 4, "internal error: ZeroDivisionError: x"),
        ("return 3", 3, ""),
        ("return None", 0, ""),
    ],
)
def test_exit_codes(
    tmp_path: Path, monkeypatch, capsys: pytest.CaptureFixture[str], body: str, code: int, said: str
) -> None:
    broken(tmp_path, monkeypatch, body)
    assert app.run(["broken"]) == code
    assert said in capsys.readouterr().err


def test_a_kept_error_brings_its_own_exit_code() -> None:
    assert (EdgecError.exit_code, SelftestError.exit_code) == (2, 1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "edgec", "targets", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert finished.returncode == 2
    assert "the result could not be written" in finished.stderr


def test_a_reader_that_leaves_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    finished = subprocess.run(
        [sys.executable, "-m", "edgec", "targets"], stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    assert finished.returncode == 141
    assert finished.stderr == ""
