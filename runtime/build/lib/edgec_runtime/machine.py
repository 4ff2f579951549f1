"""What machine this is: its architecture, and the record that stands beside every measurement."""

import os
import platform
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Any

from edgec_runtime import sensors

_SAME = {"amd64": "x86_64", "arm64": "aarch64"}  # what Windows and macOS call them

# Instructions that decide how fast small networks run, as Linux names them.
_FLAGS = (
    "avx2", "fma", "f16c", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni",
    "amx_tile", "amx_int8", "amx_bf16",
    "asimd", "asimdhp", "asimddp", "i8mm", "bf16", "sve", "sve2",
)  # fmt: skip

_PACKAGES = (
    "numpy", "onnxruntime", "onnxruntime-openvino", "openvino", "ai-edge-litert", "tflite-runtime",
    "opencv-python-headless", "opencv-python",
)  # fmt: skip


def architecture() -> str:
    """The processor as manifests name it: x86_64, aarch64, or arm where only 32-bit programs run."""
    machine = platform.machine().lower()
    machine = _SAME.get(machine, machine)
    # A 32-bit system on a 64-bit Arm kernel still says aarch64.
    narrow = machine == "aarch64" and sys.maxsize < 2**32
    return "arm" if narrow or machine.startswith("arm") else machine


def instructions() -> frozenset[str]:
    """What the processor can do beyond its architecture, as Linux names it; empty where nothing tells."""
    return frozenset(_flags(_cpuinfo()))


def processor_part() -> str | None:
    """Arm's number of the kind of core, as Linux prints it: '0xd08' is a Cortex-A72; None elsewhere."""
    return _cpuinfo().get("CPU part")


def has_any(needed: Collection[str], flags: Collection[str] | None = None) -> bool:
    """Whether a processor with `flags`, this one by default, has any one of `needed`; so it is for none."""
    return not needed or not set(needed).isdisjoint(instructions() if flags is None else flags)


def cores() -> int:
    """How many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def environment() -> dict[str, Any]:
    """The record of the machine, ready for JSON; null where the machine does not say.

    `temperature_c`, `frequency_mhz` and `load_average`: now, see sensors.py; more load than a few tenths
    means that something else is running. `memory_mib`: installed.
    """
    from edgec_runtime.engines.packages import installed_version

    info = _cpuinfo()
    versions = {name: installed_version(name) for name in _PACKAGES}
    return {
        "processor": _processor(info),
        "architecture": architecture(),
        "flags": [flag for flag in _FLAGS if flag in _flags(info)],
        "cores": cores(),
        "governor": sensors.governor(),
        "memory_mib": _memory(),
        **moment(),
        "os": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version for name, version in versions.items() if version is not None},
    }


def moment() -> dict[str, float | None]:
    """What changes while the machine works, ready for JSON."""
    return {
        "temperature_c": sensors.temperature_c(),
        "frequency_mhz": sensors.clock_mhz(),
        "load_average": sensors.load_average(),
    }


def _cpuinfo() -> dict[str, str]:
    """The first processor's lines of /proc/cpuinfo, and what stands below the last (a Pi's model)."""
    lines = (line.partition(":") for line in reversed(_read("/proc/cpuinfo").splitlines()))
    return {key.strip(): value.strip() for key, _, value in lines}


def _flags(info: dict[str, str]) -> set[str]:
    return set(info.get("flags", info.get("Features", "")).split())


def _processor(info: dict[str, str]) -> str | None:
    board = _read("/proc/device-tree/model").strip("\0\n ")
    return info.get("model name") or board or info.get("Model") or platform.processor() or None


def _memory() -> int | None:
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return None


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", errors="replace")
    except OSError:
        return ""
