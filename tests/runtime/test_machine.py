import json
import os
import platform
import sys

import pytest

from edgec_runtime import machine


def test_the_record_is_json_and_names_what_is_here() -> None:
    record = json.loads(json.dumps(machine.environment()))
    assert set(record) == {
        "processor", "architecture", "flags", "cores", "governor", "temperature_c", "memory_mib",
        "frequency_mhz", "load_average", "os", "python", "packages",
    }  # fmt: skip
    assert record["architecture"] == machine.architecture()
    assert record["packages"]["onnxruntime"]
    assert 1 <= record["cores"] <= (os.cpu_count() or 1)
    assert record["memory_mib"] > 256


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x86_64", "x86_64"), ("AMD64", "x86_64"), ("aarch64", "aarch64"), ("arm64", "aarch64"),
        ("armv7l", "arm"), ("armv6l", "arm"), ("riscv64", "riscv64"),
    ],
)  # fmt: skip
def test_architectures(monkeypatch: pytest.MonkeyPatch, name: str, expected: str) -> None:
    monkeypatch.setattr(platform, "machine", lambda: name)
    assert machine.architecture() == expected


def test_a_32_bit_system_on_a_64_bit_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    assert machine.architecture() == "arm"


PI = """processor	: 0
BogoMIPS	: 108.00
Features	: fp asimd evtstrm crc32 asimdhp asimddp
processor	: 1
Features	: fp asimd evtstrm crc32 asimdhp asimddp

Model		: Raspberry Pi 5 Model B Rev 1.0
"""


def test_a_raspberry_pi(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"/proc/cpuinfo": PI, "/proc/meminfo": "MemTotal:    8245000 kB\n"}
    monkeypatch.setattr(machine, "_read", lambda path: files.get(path, ""))
    record = machine.environment()
    assert record["processor"] == "Raspberry Pi 5 Model B Rev 1.0"
    assert record["flags"] == ["asimd", "asimdhp", "asimddp"]
    assert record["memory_mib"] == 8051
    assert record["governor"] is None


def test_only_the_cores_that_this_process_may_use() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert machine.cores() == 1
    finally:
        os.sched_setaffinity(0, before)
