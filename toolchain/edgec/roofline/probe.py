"""What one engine reaches, measured in this process: `python -m edgec.roofline.probe REQUEST`."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

from edgec.fresh import serve
from edgec.lower import lower
from edgec.roofline.networks import Workload, convolutions, in_integers
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import load_engine
from edgec_runtime.machine import architecture
from edgec_targets.target import Int8

# Good ones on every processor that was tried; benchmarks/roofline.py sweeps many more.
WORKLOADS = (Workload(256, 3, 16), Workload(128, 3, 24), Workload(64, 3, 48), Workload(256, 1, 24))
NAMES = {"f32": "float32", "bf16": "bfloat16", "f16": "float16"}
WARM_UP, RUNS, SECONDS = 3, 10, 0.5


def probe(engine: str, threads: int) -> list[dict[str, Any]]:
    """What `engine` reaches: ``[{type, workload, gmacs}, ...]``.

    In integers, in float32 and, where the engine chooses another floating-point type by itself, in that.
    Raises EngineError.
    """
    found = []
    for work in WORKLOADS:
        found.append(integers(engine, threads, work))
        found += floats(engine, threads, work)
    return found


def integers(engine: str, threads: int, work: Workload) -> dict[str, Any]:
    """In the types that are fast on this machine: uint8 activations on x86, int8 elsewhere and in TFLite."""
    unsigned = architecture() == "x86_64" and engine != "tflite"
    graph = in_integers(convolutions(work), Int8(activation="uint8" if unsigned else "int8"))
    return {"type": "int8"} | _reached(engine, graph, work, LoadOptions(threads))[0]


def floats(engine: str, threads: int, work: Workload) -> list[dict[str, Any]]:
    """In float32, and in the engine's own choice where that is another."""
    graph = convolutions(work)
    exact, _ = _reached(engine, graph, work, LoadOptions(threads, exact=True))
    own, precision = (
        _reached(engine, graph, work, LoadOptions(threads)) if engine == "openvino" else (exact, "f32")
    )
    rows = [{"type": "float32"} | exact]
    return rows if precision == "f32" else [*rows, {"type": NAMES[precision]} | own]


def _reached(engine: str, graph: Any, work: Workload, options: LoadOptions) -> tuple[dict[str, Any], str]:
    """``{workload, gmacs}`` of the fastest run, and the floating-point type in force."""
    lowered = lower(graph, engine)
    image = np.random.default_rng(0).normal(0, 1, work.shape).astype(np.float32)
    if lowered.layout == "NHWC":
        image = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
    loaded = load_engine(engine).load(lowered.files, options)
    try:
        seconds = fastest(lambda: loaded.run({lowered.input: image}))
        return {"workload": str(work), "gmacs": round(work.macs / seconds / 1e9, 2)}, loaded.precision
    finally:
        loaded.close()


def fastest(run: Callable[[], object]) -> float:
    """Seconds of the fastest run: what the machine can do, whatever else it did meanwhile."""
    for _ in range(WARM_UP):
        run()
    times: list[float] = []
    end = perf_counter() + SECONDS
    while len(times) < RUNS or perf_counter() < end:
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return min(times)


if __name__ == "__main__":
    serve(probe)
