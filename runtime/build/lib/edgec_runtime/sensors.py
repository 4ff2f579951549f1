"""What the machine tells of itself while it works: its clock, heat, load and trouble.

Every reader takes the `root` of the file system, so that tests can stand another machine in its place, and
gives None for what that machine does not tell.
"""

import os
import subprocess
from pathlib import Path
from shutil import which

ROOT = Path("/")
_PI_FLAGS = "sys/devices/platform/soc/soc:firmware/get_throttled"


def read_text(path: Path) -> str:
    """The stripped text of a file; empty where it cannot be read."""
    try:
        return path.read_text("utf-8", errors="replace").strip("\0\n ")
    except OSError:
        return ""


def read_number(path: Path) -> int | None:
    """The whole number that a file holds."""
    text = read_text(path)
    return int(text) if text.lstrip("-").isascii() and text.lstrip("-").isdigit() else None


def governor(root: Path = ROOT) -> str | None:
    """Who decides the first core's clock."""
    return read_text(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor") or None


def temperature_c(root: Path = ROOT) -> float | None:
    """Of the hottest thermal zone."""
    found = _numbers(root, "sys/class/thermal/thermal_zone*/temp")
    return max(found) / 1000 if found else None


def clock_mhz(root: Path = ROOT) -> float | None:
    """Of the fastest core, now."""
    found = _numbers(root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
    return max(found) / 1000 if found else None


def load_average() -> float | None:
    """Processes that ran or waited, over one minute."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def throttle_count(root: Path = ROOT) -> int | None:
    """How often an Intel processor has slowed itself down for heat, over all cores."""
    found = _numbers(root, "sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count")
    return sum(found) if found else None


def pi_flags(root: Path = ROOT) -> int | None:
    """A Raspberry Pi's word on low voltage and throttling: bits 0 to 3 now, 16 to 19 since it was started."""
    text = read_text(root / _PI_FLAGS) or _vcgencmd()
    try:
        return int(text.removeprefix("throttled="), 16)
    except ValueError:
        return None


def swapped_pages(root: Path = ROOT) -> int | None:
    """Pages that went to the disk or came from it since the machine was started."""
    lines = [line.split() for line in read_text(root / "proc/vmstat").splitlines()]
    found = [int(line[1]) for line in lines if line and line[0] in ("pswpin", "pswpout")]
    return sum(found) if found else None


def processor_seconds(root: Path = ROOT) -> tuple[float, float] | None:
    """(busy, stolen) seconds of all cores since the machine was started.

    Stolen: when a core had work and the host of this virtual machine gave it none.
    """
    words = read_text(root / "proc/stat").partition("\n")[0].split()
    if len(words) < 9 or words[0] != "cpu" or not all(word.isdigit() for word in words[1:9]):
        return None
    user, nice, system, _idle, _wait, interrupts, soft, stolen = (int(word) for word in words[1:9])
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + interrupts + soft) / ticks, stolen / ticks


def _numbers(root: Path, pattern: str) -> list[int]:
    return [number for path in sorted(root.glob(pattern)) if (number := read_number(path)) is not None]


def _vcgencmd() -> str:
    program = which("vcgencmd")
    if program is None:
        return ""
    try:
        done = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()
