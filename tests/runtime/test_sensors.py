"""Other machines, stood in place of this one."""

from pathlib import Path

import pytest

from edgec_runtime import sensors

STAT = """cpu  1000 200 300 5000 40 10 20 77 0 0
cpu0 500 100 150 2500 20 5 10 38 0 0
"""


@pytest.fixture(autouse=True)
def no_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


CPU = "sys/devices/system/cpu"


def test_a_machine_that_tells_all(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            f"{CPU}/cpu0/cpufreq/scaling_governor": "ondemand\n",
            f"{CPU}/cpu0/cpufreq/scaling_cur_freq": "600000\n",
            f"{CPU}/cpu11/cpufreq/scaling_cur_freq": "1800000\n",
            f"{CPU}/cpu0/thermal_throttle/core_throttle_count": "3\n",
            f"{CPU}/cpu0/thermal_throttle/package_throttle_count": "4\n",
            f"{CPU}/cpu1/thermal_throttle/core_throttle_count": "0\n",
            "sys/class/thermal/thermal_zone0/temp": "48312\n",
            "sys/class/thermal/thermal_zone1/temp": "-5000\n",
            "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
            "proc/stat": STAT,
            "proc/vmstat": "nr_free_pages 12\npswpin 10\npswpout 32\n",
        },
    )
    assert sensors.governor(tmp_path) == "ondemand"
    assert sensors.clock_mhz(tmp_path) == 1800
    assert sensors.throttle_count(tmp_path) == 7
    assert sensors.temperature_c(tmp_path) == 48.312
    assert sensors.pi_flags(tmp_path) == 0x50005
    assert sensors.swapped_pages(tmp_path) == 42
    assert sensors.processor_seconds(tmp_path) == (15.3, 0.77)  # a tick is a hundredth of a second


@pytest.mark.parametrize("text", ["", "\0\xff", "many", "cpu\n", "cpu 1 2\n", "cpu a b c d e f g h\n"])
def test_a_machine_that_tells_nothing_or_nonsense(tmp_path: Path, text: str) -> None:
    names = (
        f"{CPU}/cpu0/cpufreq/scaling_cur_freq",
        f"{CPU}/cpu0/thermal_throttle/core_throttle_count",
        "sys/class/thermal/thermal_zone0/temp",
        "sys/devices/platform/soc/soc:firmware/get_throttled",
        "proc/stat",
        "proc/vmstat",
    )
    readers = (
        sensors.clock_mhz,
        sensors.throttle_count,
        sensors.temperature_c,
        sensors.pi_flags,
        sensors.processor_seconds,
        sensors.swapped_pages,
    )
    assert [read(tmp_path) for read in readers] == [None] * 6
    write(tmp_path, dict.fromkeys(names, text))
    assert [read(tmp_path) for read in readers] == [None] * 6


def test_vcgencmd_is_asked_where_sysfs_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin/vcgencmd"
    write(tmp_path, {"bin/vcgencmd": '#!/bin/sh\n[ "$1" = get_throttled ] && echo throttled=0x50000\n'})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert sensors.pi_flags(tmp_path) == 0x50000
    program.write_text("#!/bin/sh\nexit 1\n")
    assert sensors.pi_flags(tmp_path) is None


def test_this_machine_has_a_processor_that_has_worked() -> None:
    found = sensors.processor_seconds()
    assert found is not None
    assert found[0] > 0
