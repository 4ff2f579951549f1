"""Platform: what of a device decides which wheels fit and which variants run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from edgec.errors import DeviceError
from edgec.pip import options_for
from edgec_runtime.bundle import Bundle
from edgec_runtime.engines.packages import numbers
from edgec_runtime.format.manifest import Variant
from edgec_targets.load import NO_ARM32


@dataclass(frozen=True, slots=True)
class Platform:
    """`machine`: as manifests name it. `python` and `glibc`: (major, minor)."""

    machine: str
    python: tuple[int, ...]
    glibc: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.machine}, Python {'.'.join(map(str, self.python))}"

    @classmethod
    def of(cls, who: dict[str, Any], where: str) -> Self:
        """As a device's agent said it. Raises DeviceError where no engine has wheels for such a system."""
        libc, version = who["libc"]
        if who["implementation"] != "cpython" or libc != "glibc":
            raise DeviceError(
                f"{where} has {who['implementation']} with {libc or 'another C library than glibc'}: the "
                "engines have wheels for CPython and glibc only (Raspberry Pi OS, Debian, Ubuntu, Fedora)"
            )
        machine = who["machine"]
        if machine.startswith("arm") or (machine == "aarch64" and who["bits"] == 32):
            raise DeviceError(f"{where} runs 32-bit programs: {NO_ARM32}")
        return cls(machine, numbers(who["python"])[:2], numbers(version)[:2])

    def pip_options(self) -> list[str]:
        """What makes pip choose for it."""
        return options_for(self.machine, self.python, self.glibc)


def runnable(bundle: Bundle, variants: Sequence[Variant], platform: Platform, where: str) -> list[Variant]:
    """Those of `variants` that are for the device's architecture. Raises DeviceError where none is."""
    able = [variant for variant in variants if platform.machine in variant.architectures]
    if not able:
        built = dict.fromkeys(name for variant in variants for name in variant.architectures)
        raise DeviceError(
            f"{where} is {platform.machine}, and what is wanted of {bundle.path} runs on {', '.join(built)}: "
            "choose another --target, or build the bundle for one of that architecture (see `edgec targets`)"
        )
    return able
