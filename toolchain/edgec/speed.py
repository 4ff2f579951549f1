"""How fast built variants are beside each other, on this machine, before they are packed."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from edgec.package import BuiltVariant, Contents, assemble
from edgec_runtime.errors import EngineError
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.write import write_folder
from edgec_runtime.machine import architecture, cores
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import Ratio, Times, race, ratio

# What two runs of the same network differ by on a shared machine: less is not called slower.
SLOWER = 0.97


def times_fp32(
    contents: Contents, variants: Sequence[BuiltVariant], threads: int | None = None
) -> dict[Precision, Ratio]:
    """How many times as fast as fp32 each other precision is; `variants` are all of one target.

    Each runs as on the device, through a Session in a process of its own, all interleaved in one run.
    Nothing is told (an empty dict) of a target for another architecture. Raises EngineError where a variant
    does not run.
    """
    if len(variants) < 2 or architecture() not in variants[0].target.architectures:
        return {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "candidates"
        write_folder(path, *assemble(contents, tuple(variants)))
        processes = {
            built.precision: stack.enter_context(
                VariantProcess(path, built.target.name, built.precision, threads or cores())
            )
            for built in variants
        }
        times = race({name: process.run for name, process in processes.items()}, decided=_decided)
    return _ratios(times)


def is_slower(found: Ratio) -> bool:
    """Whether a variant is slower than fp32 beyond doubt: its whole interval is below SLOWER."""
    return found.high < SLOWER


def _decided(times: Mapping[Precision, Times]) -> bool:
    """Whether each variant's interval lies on one side of the limit."""
    return all(found.high < SLOWER or found.low >= SLOWER for found in _ratios(times).values())


def _ratios(times: Mapping[Precision, Times]) -> dict[Precision, Ratio]:
    if "fp32" not in times:
        raise EngineError("there is no fp32 variant to compare with: build it too")
    return {name: ratio(times["fp32"], values) for name, values in times.items() if name != "fp32"}
