"""What disturbed a measurement: on machines that are folders, and on this one with a core really loaded."""

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from edgec_runtime import watch
from edgec_runtime.watch import Watch

CPU = "sys/devices/system/cpu/cpu0"
SPIN = "import time\nend = time.monotonic() + 3\nwhile time.monotonic() < end: pass"
FLAGS = "sys/devices/platform/soc/soc:firmware/get_throttled"


def write(root: Path, name: str, text: object) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten seconds pass on two cores, of which our own processes take eight."""
    walls, own = iter((100.0, 110.0)), iter((1.0, 9.0))
    monkeypatch.setattr(watch, "perf_counter", lambda: next(walls))
    monkeypatch.setattr(os, "times", lambda: (next(own), 0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def stat(busy: int, stolen: int) -> str:
    return f"cpu  {100 * busy} 0 0 0 0 0 0 {100 * stolen} 0 0"


@pytest.mark.parametrize(
    ("busy", "stolen", "words"),
    [
        (8, 0, []),
        (9, 0, []),  # one second of twenty: not more than a twentieth
        (12, 0, ["other processes took 20% of the processor: end them"]),
        (8, 1, ["the host of this virtual machine kept back 5% of the processor"]),
        (18, 2, ["other processes took 50%", "kept back 10%"]),
    ],
)
def test_a_busy_machine(tmp_path: Path, clock: None, busy: int, stolen: int, words: list[str]) -> None:
    write(tmp_path, "proc/stat", stat(50, 3))
    watched = Watch(tmp_path)
    write(tmp_path, "proc/stat", stat(50 + busy, 3 + stolen))
    found = watched.doubts()
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


def test_a_governor(tmp_path: Path) -> None:
    write(tmp_path, f"{CPU}/cpufreq/scaling_governor", "performance")
    assert Watch(tmp_path).doubts() == []
    write(tmp_path, f"{CPU}/cpufreq/scaling_governor", "powersave")
    assert "the governor is powersave" in Watch(tmp_path).doubts()[0]
    assert "cpupower frequency-set -g performance" in Watch(tmp_path).doubts()[0]


def test_heat(tmp_path: Path) -> None:
    counter = f"{CPU}/thermal_throttle/core_throttle_count"
    write(tmp_path, counter, 7)
    watched = Watch(tmp_path)
    assert watched.doubts() == []
    write(tmp_path, counter, 9)
    assert "slowed itself down for heat 2 times: cool it" in watched.doubts()[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("0", "0", []),
        ("50000", "50000", []),  # what happened since the board was started, but not now
        ("0", "50005", ["supply voltage", "throttled itself"]),
        ("0", "20000", ["clock was capped"]),
        ("50000", "50001", ["supply voltage"]),
        ("50000", "d0000", ["soft limit"]),
    ],
)
def test_a_raspberry_pi(tmp_path: Path, before: str, after: str, words: list[str]) -> None:
    write(tmp_path, FLAGS, before)
    watched = Watch(tmp_path)
    write(tmp_path, FLAGS, after)
    found = watched.doubts()
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))


def test_swapping(tmp_path: Path) -> None:
    write(tmp_path, "proc/vmstat", "pswpin 1\npswpout 1")
    watched = Watch(tmp_path)
    assert watched.doubts() == []
    write(tmp_path, "proc/vmstat", "pswpin 1\npswpout 6")
    assert "5 pages were swapped" in watched.doubts()[0]


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="Linux tells how busy it is")
def test_a_core_that_is_really_loaded() -> None:
    watched = Watch()
    # Its parent ends first, so that it is nobody's child that we count as our own.
    subprocess.run([sys.executable, "-c", f"import os\nif os.fork(): os._exit(0)\n{SPIN}"], check=True)
    end = monotonic() + 2.5
    while monotonic() < end:
        sleep(0.1)
    assert any("other processes took" in sentence for sentence in watched.doubts())


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="Linux tells how busy it is")
def test_processes_that_we_started_are_our_own() -> None:
    before = watch.Moment.now(Path("/"))
    subprocess.run([sys.executable, "-c", SPIN], check=True)
    after = watch.Moment.now(Path("/"))
    assert after.own - before.own > 0.5
