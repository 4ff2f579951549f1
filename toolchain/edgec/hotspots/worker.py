"""The timed operators of one variant, in this process: `python -m edgec.hotspots.worker REQUEST`."""

from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import Any

from edgec.fresh import serve
from edgec.hotspots.prefixes import times_by_difference
from edgec.inspection import lowered_files
from edgec.lower import Lowered, Operator, list_operators
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.selftest import read_tensor

LOADS = 5


def timed_operators(
    bundle: str, target: str, precision: str, profile: str | None, threads: int
) -> list[dict[str, Any]]:
    """Each Operator's fields, in order, on the bundle's golden input. Raises BundleError, EngineError."""
    with Bundle.open(Path(bundle)) as opened:
        variant = choose(opened, target, precision, profile).variant
        image = read_tensor(opened, opened.manifest.golden_input)[:1]
        lowered = lowered_files(opened, variant)
    options = LoadOptions(threads)
    if variant.engine == "tflite":
        plan = list_operators(lowered, variant.engine, None, options)
        found = times_by_difference(lowered, plan, image, options)
    else:
        found = _medians(lowered, variant.engine, image, options)
    return [asdict(entry) for entry in found]


def _medians(lowered: Lowered, engine: str, image: Array, options: LoadOptions) -> list[Operator]:
    """The median over some loads, since where memory lies changes with them; of each, the engine's own
    profiler tells the median of the warm runs (ONNX Runtime) or their mean (OpenVINO).
    """
    loads = [list_operators(lowered, engine, image, options) for _ in range(LOADS)]
    return [
        replace(entries[0], milliseconds=median(entry.milliseconds or 0.0 for entry in entries))
        for entries in zip(*loads, strict=True)
    ]


if __name__ == "__main__":
    serve(timed_operators)
