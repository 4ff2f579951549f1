"""Can this machine run a target's variants, and if not, why not."""

from edgec_runtime.engines import find_engine
from edgec_runtime.engines.packages import check_version
from edgec_runtime.errors import EngineError
from edgec_runtime.machine import architecture
from edgec_targets.load import NO_ARM32
from edgec_targets.target import Target


def usable(target: Target) -> str | None:
    """None where this machine can run `target`, else the reason with what to do about it.

    It looks at the architecture and at the engine's package, not at the board: a Raspberry Pi's variants
    run on every aarch64 machine.
    """
    machine = architecture()
    if machine == "arm":
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
