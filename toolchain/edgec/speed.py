"""Never slower: a variant that is slower than its target's fp32 is refused, or kept and labelled."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from edgec.lower import explain, list_operators
from edgec.package import BuiltVariant, Contents, assemble
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.write import write_folder
from edgec_runtime.machine import architecture, cores, environment
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import Ratio, Times, race_processes, ratio

Key = tuple[Precision, str | None]  # a precision and its profile
FP32: Key = ("fp32", None)

# What two runs of the same network differ by on a shared machine: less is not called slower.
SLOWER = 0.97
# And less than that is what a call of a Session costs, however small the network.
LEAST_MS = 0.1


@dataclass(frozen=True)
class Speed:
    """How many times as fast as the same target's fp32; `reason` is None where it is not slower."""

    times_fp32: Ratio
    reason: str | None


def compare_with_fp32(
    contents: Contents, variants: Sequence[BuiltVariant], threads: int | None = None
) -> dict[Key, Speed]:
    """The speed of each variant but fp32; `variants` are all of one target.

    Each runs as on the device, through a Session in a process of its own, all interleaved in one run.
    Nothing is told where fp32 was not built (an empty dict), or of a variant for another architecture. Raises
    EngineError where a variant does not run.
    """
    here = [built for built in variants if architecture() in built.architectures]
    if FP32 not in [built.key for built in here]:
        return {}
    times = _times(contents, here, threads or cores())
    return {
        built.key: Speed(ratio(times[FP32], times[built.key]), _reason(times, built))
        for built in here
        if built.key != FP32
    }


def _times(contents: Contents, variants: Sequence[BuiltVariant], threads: int) -> dict[Key, Times]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidates"
        write_folder(path, *assemble(contents, tuple(variants)))
        starts = {
            built.key: partial(
                VariantProcess, path, built.target.name, built.precision, threads, built.profile
            )
            for built in variants
        }
        return race_processes(starts, decided=_decided)


def _decided(times: Mapping[Key, Times]) -> bool:
    """Whether each variant's interval lies on one side of the limit."""
    others = [values for name, values in times.items() if name != FP32]
    return all(
        _is_slower(times[FP32], values) or ratio(times[FP32], values).low >= SLOWER for values in others
    )


def _is_slower(fp32: Times, other: Times) -> bool:
    """Beyond doubt: the whole interval is below SLOWER, and the difference is worth a word."""
    return ratio(fp32, other).high < SLOWER and float(np.median(other - fp32)) > LEAST_MS


def _reason(times: Mapping[Key, Times], built: BuiltVariant) -> str | None:
    """Why it is slower; None where it is not."""
    if not _is_slower(times[FP32], times[built.key]):
        return None
    causes = explain(list_operators(built.lowered, built.target.engine))
    flags = environment()["flags"]
    if (
        "int8" in built.operators
        and architecture() == "x86_64"
        and not {"avx512_vnni", "avx_vnni"} & set(flags)
    ):
        causes.append("this processor has no integer dot product (VNNI)")
    shown = "; ".join(causes) or "its graph shows no cause: fp32 is simply faster here"
    found = ratio(times[FP32], times[built.key])
    return f"slower than fp32, {found} times as fast: {shown}"
