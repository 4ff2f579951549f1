import json
from pathlib import Path

from tests.toolchain.cli.conftest import Run


def test_what_is_there_is_shown(edgec: Run, tmp_path: Path) -> None:
    found = edgec("emulator", "--json", "--cache", str(tmp_path / "cache"))
    document = json.loads(found.stdout)
    assert found.returncode == 0
    assert document["schema"] == 1
    assert document["cache"] == str(tmp_path / "cache")
    assert not document["ready"]
    assert {piece["state"] for piece in document["pieces"]} == {"missing"}
    assert not (tmp_path / "cache").exists()
    plain = edgec("emulator", EDGEC_CACHE=str(tmp_path / "cache"))
    assert str(tmp_path / "cache") in plain.stdout
    assert "edgec emulator setup" in plain.stderr


def test_an_unknown_action_is_refused(edgec: Run) -> None:
    found = edgec("emulator", "setp")
    assert found.returncode == 2
    assert "setup" in found.stderr


def test_without_programs_the_command_that_installs_them_is_named(edgec: Run, tmp_path: Path) -> None:
    found = edgec("emulator", "setup", "--cache", str(tmp_path / "cache"), PATH=str(tmp_path))
    assert found.returncode == 2
    assert "not found" in found.stderr
    assert not (tmp_path / "cache").exists()


def test_instructions_need_the_emulator(edgec: Run, tiny_bundle: Path, tmp_path: Path) -> None:
    found = edgec("bench", str(tiny_bundle), "--metric", "instructions", EDGEC_CACHE=str(tmp_path / "none"))
    assert found.returncode == 2
    assert "edgec emulator setup" in found.stderr or "qemu-user" in found.stderr


def test_options_of_time_mean_nothing_with_instructions(edgec: Run, tiny_bundle: Path) -> None:
    for words in (["--threads", "2"], ["--batch", "2"], ["--duration", "3s"]):
        found = edgec("bench", str(tiny_bundle), "--metric", "instructions", *words)
        assert found.returncode == 2
        assert words[0] in found.stderr
