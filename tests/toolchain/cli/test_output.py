"""stdout is the result, stderr the progress; colours and quiet as asked for."""

import json
import subprocess
import sys

from tests.tiny import TINY

ESCAPE = "\x1b["


def test_whatever_prints_lands_in_stderr() -> None:
    script = """
import os, subprocess, sys
from edgec.cli.stdout import result_stream, write_result
with result_stream() as stream:
    print("python prints")
    os.write(1, b"a library prints\\n")
    subprocess.run(["echo", "a child prints"])
    write_result(stream, "the result\\n")
print("after")
"""
    finished = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert finished.stdout == "the result\nafter\n"
    assert sorted(finished.stderr.splitlines()) == ["a child prints", "a library prints", "python prints"]


def test_targets_json(edgec) -> None:
    finished = edgec("targets", "--json")
    document = json.loads(finished.stdout)
    assert document["schema"] == 1
    assert {row["name"] for row in document["targets"]} >= {"cpu", "openvino", "tflite", "raspberry-pi-4"}
    assert all(row["usable"] == (row["reason"] is None) for row in document["targets"])
    assert finished.stderr == ""


def test_models_json(here) -> None:
    models = json.loads(here("models", "--json").stdout)["models"]
    counts = {row["name"]: row["parameters"] for row in models}
    assert counts["unet"] == 31_042_369
    assert counts["unet_light"] == 1_513_354
    assert all(row.keys() == {"name", "parameters"} for row in models)


def test_the_next_commands_are_on_stderr_and_quiet_leaves_them_out(here) -> None:
    finished = here("models")
    assert "unet_light" in finished.stdout
    assert "Next:" not in finished.stdout
    assert "edgec build --model unet_light" in finished.stderr
    assert here("-q", "models").stderr == ""
    assert here("models", "-q").stderr == ""
    assert here("models", EDGEC_QUIET="1").stderr == ""


def test_a_piped_table_is_not_cut_and_has_no_colours(here) -> None:
    finished = here("targets", COLUMNS="20")
    assert "Raspberry Pi 4 (4x Cortex-A72, 64-bit system) with ONNX Runtime" in finished.stdout
    assert ESCAPE not in finished.stdout
    assert not any(line.endswith(" ") for line in finished.stdout.splitlines())


def test_the_colour_of_images_is_another_option(here) -> None:
    finished = here("build", "--model", f"{TINY}:binary", "--colour", "bgr", "--size", "32x32")
    assert "takes 1 channels, a bgr image has 3" in finished.stderr
    assert ESCAPE not in finished.stderr


def test_colours_on_demand(here) -> None:
    assert ESCAPE in here("--color", "targets").stdout
    assert ESCAPE in here("targets", "--color").stdout
    assert ESCAPE in here("targets", EDGEC_COLOR="1").stdout
    assert f"{ESCAPE}3" not in here("targets", "--no-color", EDGEC_COLOR="1").stdout
    assert f"{ESCAPE}3" not in here("targets", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_models_detail(here) -> None:
    words = ("models", "--detail", "unet_light", "--option", "widths=[4,8]", "--option", "in_channels=3")
    document = json.loads(here(*words, "--json").stdout)
    assert document["schema"] == 1
    assert document["options"]["widths"] == [4, 8]
    assert document["input"] == [3, 256, 256]
    assert document["parameters"] == sum(level["parameters"] for level in document["levels"])
    shown = here(*words)
    assert shown.returncode == 0
    assert "encoder.0" in shown.stdout
    assert f"{document['parameters']:,}" in shown.stdout
    assert "edgec build --model unet_light --option 'widths=[4, 8]' --option in_channels=3" in shown.stderr


def test_models_detail_of_a_volume_network_ends_without_a_build(here) -> None:
    finished = here("models", "--detail", "unet3d", "--option", "widths=[4]")
    assert finished.returncode == 0
    assert "1x64x64x64" in finished.stdout
    assert "edgec build" not in finished.stderr


def test_options_without_a_network_are_refused(here) -> None:
    assert here("models", "--option", "widths=[4]").returncode == 2
