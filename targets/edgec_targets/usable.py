"""Can this machine run a target's variants, and if not, why not."""

import platform
import sys

from edgec_runtime.engines import find_engine
from edgec_runtime.engines.packages import check_version
from edgec_runtime.errors import EngineError
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
    try:
        _check_engine(target)
    except EngineError as error:
        return str(error)
    return None


def _check_engine(target: Target) -> None:
    engine = find_engine(target.engine)
    # ONNX Runtime's OpenVINO provider stands in for OpenVINO with version numbers of its own.
    if engine.reads == target.engine:
        check_version(target.engine, engine.version() or "", target.min_engine_version)


def architecture() -> str:
    """The processor as manifests name it: x86_64, aarch64, or arm where only 32-bit programs run."""
    machine = platform.machine().lower()
    machine = _SAME.get(machine, machine)
    # A 32-bit system on a 64-bit Arm kernel still says aarch64.
    return "arm" if machine == "aarch64" and sys.maxsize < 2**32 else machine
