"""Energy, on machines that are folders."""

from pathlib import Path

import pytest

from edgec_runtime import energy
from edgec_runtime.energy import EnergyMeter

RAPL = "sys/class/powercap"


def write(root: Path, name: str, value: object) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{value}\n")
    return path


def zone(root: Path, name: str, words: str, microjoules: int) -> Path:
    write(root, f"{RAPL}/{name}/name", words)
    write(root, f"{RAPL}/{name}/max_energy_range_uj", 10_000)
    return write(root, f"{RAPL}/{name}/energy_uj", microjoules)


def find(root: Path) -> EnergyMeter:
    meter = EnergyMeter.find(root)
    assert meter is not None
    return meter


def test_packages_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    first, second = (zone(tmp_path, f"intel-rapl:{n}", f"package-{n}", 1000) for n in range(2))
    zone(tmp_path, "intel-rapl:0:0", "core", 500)
    zone(tmp_path, "intel-rapl:2", "psys", 9000)
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 1000)
    meter = find(tmp_path)
    meter.start()
    first.write_text("4000\n")
    second.write_text("1500\n")
    assert meter.stop() == 3.5


def test_a_counter_that_starts_again(tmp_path: Path) -> None:
    counter = zone(tmp_path, "intel-rapl:0", "package-0", 9_900)
    meter = find(tmp_path)
    meter.start()
    counter.write_text("400\n")
    assert meter.stop() == 0.5


def test_a_counter_that_starts_again_nobody_knows_where(tmp_path: Path) -> None:
    counter = write(tmp_path, "sys/class/hwmon/hwmon0/energy1_input", 9_900)
    meter = find(tmp_path)
    meter.start()
    counter.write_text("400\n")
    assert meter.stop() is None


def test_a_counter_that_goes_away(tmp_path: Path) -> None:
    counter = zone(tmp_path, "intel-rapl:0", "package-0", 0)
    meter = find(tmp_path)
    meter.start()
    counter.unlink()
    assert meter.stop() is None


def test_a_sensor_of_power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "sys/class/hwmon/hwmon0/name", "amdgpu")
    write(tmp_path, "sys/class/hwmon/hwmon0/power1_average", 90_000_000)
    assert EnergyMeter.find(tmp_path) is None  # a graphics card computes nothing here
    write(tmp_path, "sys/class/hwmon/hwmon1/name", "ina231")
    write(tmp_path, "sys/class/hwmon/hwmon1/power1_input", 4_000_000)
    times = iter((10.0, 10.5))
    monkeypatch.setattr(energy, "perf_counter", lambda: next(times))
    meter = find(tmp_path)
    meter.start()
    assert meter.stop() == 2000  # 4 W for half a second


def test_rapl_is_preferred_and_what_may_not_be_read_does_not_count(tmp_path: Path) -> None:
    assert EnergyMeter.find(tmp_path) is None
    write(tmp_path, f"{RAPL}/intel-rapl:0/name", "package-0")
    (tmp_path / RAPL / "intel-rapl:0/energy_uj").mkdir()  # root may read any file, and no folder
    assert EnergyMeter.find(tmp_path) is None
    sensor = write(tmp_path, "sys/class/hwmon/hwmon0/energy1_input", 5)
    assert [counter.path for counter in find(tmp_path).counters] == [sensor]
    package = zone(tmp_path, "intel-rapl:1", "package-1", 5)
    assert [counter.path for counter in find(tmp_path).counters] == [package]
