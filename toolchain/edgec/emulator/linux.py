"""The files by which Linux tells programs what processor they run on.

QEMU shows the guest this machine's own, from which ONNX Runtime would choose kernels that the emulated
processor lacks; files below the folder given by `-L` are shown in their place.
"""

from pathlib import Path

from edgec.emulator.cores import Core

COUNT = 4  # processors: of both boards


def write_files(folder: Path, core: Core) -> None:
    """Write proc/cpuinfo, and on Arm the registers and topology, below `folder`."""
    _write(folder / "proc" / "cpuinfo", _cpuinfo(core))
    if core.midr:
        devices = folder / "sys" / "devices" / "system" / "cpu"
        for name in ("possible", "present", "online"):
            _write(devices / name, f"0-{COUNT - 1}\n")
        for number in range(COUNT):
            for name, text in _processor_files(core, number).items():
                _write(devices / f"cpu{number}" / name, f"{text}\n")


def _cpuinfo(core: Core) -> str:
    lines = _arm_lines(core) if core.midr else _x86_lines(core)
    blocks = ["\n".join((f"processor\t: {number}", *lines)) for number in range(COUNT)]
    board = f"\n\nModel\t\t: {core.board}\n" if core.board else "\n"
    return "\n\n".join(blocks) + board


def _arm_lines(core: Core) -> list[str]:
    return [
        f"Features\t: {' '.join(core.flags)}",
        f"CPU implementer\t: {core.midr >> 24:#x}",
        "CPU architecture: 8",
        f"CPU variant\t: {core.midr >> 20 & 0xF:#x}",
        f"CPU part\t: {core.midr >> 4 & 0xFFF:#x}",
        f"CPU revision\t: {core.midr & 0xF}",
    ]


def _x86_lines(core: Core) -> list[str]:
    return [f"model name\t: {core.model} (emulated)", f"flags\t\t: {' '.join(core.flags)}"]


def _processor_files(core: Core, number: int) -> dict[str, str]:
    everyone = f"0-{COUNT - 1}"
    return {
        "regs/identification/midr_el1": f"{core.midr:#018x}",
        "topology/physical_package_id": "0",
        "topology/core_id": str(number),
        "topology/thread_siblings_list": str(number),
        "topology/core_siblings_list": everyone,
        "topology/package_cpus_list": everyone,
        "cpufreq/cpuinfo_max_freq": "1500000",
        "cpufreq/cpuinfo_min_freq": "600000",
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "ascii")
