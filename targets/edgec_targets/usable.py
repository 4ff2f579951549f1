"""Can this machine run a target's variants, and if not, why not."""

import platform
import sys
from importlib import import_module

from edgec_targets.load import NO_ARM32
from edgec_targets.target import Target

_SAME = {"amd64": "x86_64", "arm64": "aarch64"}  # what Windows and macOS call them


def usable(target: Target) -> str | None:
    """None where this machine can run `target`, else the reason with what to do about it.

    It looks at the architecture and at the engine's package, not at the board: a Raspberry Pi's variants
    run on every aarch64 machine.
    """
    machine = architecture()
    if machine.startswith("arm"):
        return NO_ARM32
    if machine not in target.architectures:
        return f"for {' or '.join(target.architectures)}; this machine is {machine}"
    installed = import_module(f"edgec_runtime.engines.{target.engine}").version()
    if installed is None:
        return f"{target.engine} is not installed: pip install 'edgec-runtime[{target.engine}]'"
    if _numbers(installed) < _numbers(target.min_engine_version):
        return (
            f"{target.engine} {installed} is older than {target.min_engine_version}: "
            f"pip install -U 'edgec-runtime[{target.engine}]'"
        )
    return None


def architecture() -> str:
    """The processor as manifests name it: x86_64, aarch64, or arm where only 32-bit programs run."""
    machine = platform.machine().lower()
    machine = _SAME.get(machine, machine)
    # A 32-bit system on a 64-bit Arm kernel still says aarch64.
    return "arm" if machine == "aarch64" and sys.maxsize < 2**32 else machine


def _numbers(version: str) -> tuple[int, ...]:
    digits = version.split("+")[0].split("-")[0].split(".")
    return tuple(int(part) for part in digits if part.isdigit())
