"""Energy that the machine says it takes: RAPL's counters, or a sensor of the board.

It is all that the processor's package (or whatever the sensor is wired to) takes, idling included. RAPL as in
Intel's "Software Developer's Manual", volume 3, "Platform specific power management support".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Self

from edgec_runtime.sensors import ROOT, read_number, read_text

_GRAPHICS = ("amdgpu", "i915", "nouveau", "nvme", "xe")  # sensors of what computes nothing here


@dataclass(frozen=True, slots=True)
class Counter:
    """A file that counts microjoules, up to `limit`, and then from 0 again (None: it never comes so far)."""

    path: Path
    limit: int | None = None

    def since(self, before: int | None, now: int | None) -> int | None:
        """Microjoules between two readings, less than one turn of the counter apart; None: it cannot tell."""
        if before is None or now is None:
            return None
        if now >= before:
            return now - before
        return None if self.limit is None else now - before + self.limit


@dataclass(slots=True)
class EnergyMeter:
    """Measures between `start` and `stop`: with `counters`, or else with the file `power` of microwatts."""

    counters: Sequence[Counter] = ()
    power: Path | None = None
    _before: list[int | None] = field(default_factory=list)
    _started: float = 0.0

    @classmethod
    def find(cls, root: Path = ROOT) -> Self | None:
        """What this machine has and lets this user read; None where that is nothing.

        RAPL's packages, else the first energy counter of hwmon, else its first power sensor.
        """
        packages = sorted(root.glob("sys/class/powercap/intel-rapl:[0-9]*"))
        rapl = [
            Counter(zone / "energy_uj", read_number(zone / "max_energy_range_uj"))
            for zone in packages
            if read_text(zone / "name").startswith("package")
        ]
        if readable := [counter for counter in rapl if read_number(counter.path) is not None]:
            return cls(readable)
        if energy := _sensors(root, "energy*_input"):
            return cls([Counter(energy[0])])
        power = _sensors(root, "power*_input") or _sensors(root, "power*_average")
        return cls(power=power[0]) if power else None

    def start(self) -> None:
        """Read the counters and the clock."""
        self._before = [read_number(counter.path) for counter in self.counters]
        self._started = perf_counter()

    def stop(self) -> float | None:
        """Millijoules since `start`; None where the sensor could not be read.

        A sensor of power is read once, now, while the work still shows: most hold an average themselves.
        """
        if self.power is not None:
            microwatts = read_number(self.power)
            return None if microwatts is None else microwatts * (perf_counter() - self._started) / 1e3
        spent = [
            counter.since(before, read_number(counter.path))
            for counter, before in zip(self.counters, self._before, strict=True)
        ]
        known = [each for each in spent if each is not None]
        return sum(known) / 1e3 if len(known) == len(spent) else None


def _sensors(root: Path, pattern: str) -> list[Path]:
    return [
        path
        for path in sorted(root.glob(f"sys/class/hwmon/hwmon*/{pattern}"))
        if read_text(path.parent / "name") not in _GRAPHICS and read_number(path) is not None
    ]
