"""The guest sees the processor that it runs on, not this machine's."""

from pathlib import Path

import pytest

from edgec.emulator import CORES, core_of
from edgec.emulator.linux import write_files
from edgec.errors import EmulatorError
from edgec_runtime import machine
from edgec_targets import load_target, target_names


@pytest.mark.parametrize(
    ("core", "part", "board"),
    [
        ("cortex-a72", "0xd08", "Raspberry Pi 4 Model B Rev 1.5"),
        ("cortex-a76", "0xd0b", "Raspberry Pi 5 Model B Rev 1.0"),
    ],
)
def test_a_board_is_described_as_its_kernel_does(
    core: str, part: str, board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path, CORES[core])
    text = (tmp_path / "proc" / "cpuinfo").read_text()
    assert text.count("processor\t: ") == 4
    monkeypatch.setattr(machine, "_read", lambda path: text if path == "/proc/cpuinfo" else "")
    assert machine.processor_part() == part
    assert machine.environment()["processor"] == board
    assert machine.has_any(["asimddp"]) is (core == "cortex-a76")
    midr = (tmp_path / "sys/devices/system/cpu/cpu3/regs/identification/midr_el1").read_text()
    assert int(midr, 16) >> 4 & 0xFFF == int(part, 16)


def test_x86_has_what_qemu_emulates(tmp_path: Path) -> None:
    write_files(tmp_path, CORES["haswell"])
    text = (tmp_path / "proc" / "cpuinfo").read_text()
    assert " avx2" in text
    assert "avx512" not in text
    assert not (tmp_path / "sys").exists()


def test_every_target_has_a_processor_to_count_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from edgec.emulator import cores

    monkeypatch.setattr(cores, "architecture", lambda: "x86_64")
    found = {name: core_of(load_target(name)).name for name in target_names()}
    assert found == {
        "cpu": "haswell",
        "openvino": "haswell",
        "raspberry-pi-4": "cortex-a72",
        "raspberry-pi-5": "cortex-a76",
        "tflite": "haswell",
    }
    monkeypatch.setattr(cores, "architecture", lambda: "riscv64")
    assert core_of(load_target("raspberry-pi-4")).name == "cortex-a72"
    with pytest.raises(EmulatorError, match=r"riscv64.*raspberry-pi-4"):
        core_of(load_target("cpu"))
