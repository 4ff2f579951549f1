"""How near the peak of `edgec bench --profile` is to the best int8 that any engine reaches on many shapes.

    python benchmarks/roofline.py [--threads 1] [--artifacts artifacts]

Convolutions of many sizes, 1x1 ones being products of matrices, and MatMul itself, in int8 on every engine,
each engine in a fresh process; of each the fastest run. Then the best of each engine, the peak, and the ratio
of the best to it. Exit code 1 where they are more than 15 % apart.
"""

import sys
from pathlib import Path
from typing import Any

import click
import numpy as np
import onnx

from edgec.fresh import run_fresh, serve
from edgec.graph import INPUT, OPSET, OUTPUT
from edgec.lower import ENGINES
from edgec.report.tables import console_table
from edgec.roofline import machine_peaks
from edgec.roofline.networks import Workload
from edgec.roofline.probe import fastest, integers
from edgec.tidy import IR_VERSION
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import load_engine
from edgec_runtime.machine import environment

AGREES = 0.15
CONVOLUTIONS = [
    Workload(channels, kernel, size)
    for kernel, channels, size in (
        (3, 32, 128), (3, 64, 64), (3, 64, 96), (3, 96, 48), (3, 128, 32), (3, 128, 64), (3, 192, 32),
        (3, 256, 24), (3, 256, 32), (3, 384, 16), (3, 512, 16), (3, 512, 24), (5, 128, 32), (5, 256, 16),
        (1, 128, 64), (1, 256, 32), (1, 256, 64), (1, 512, 24), (1, 512, 48), (1, 1024, 16), (1, 1024, 32),
    )
]  # fmt: skip
PRODUCTS = (256, 512, 768, 1024)  # of square matrices


def sweep(engine: str, threads: int) -> list[dict[str, Any]]:
    """``[{workload, gmacs}, ...]`` of one engine, in this process."""
    found = [integers(engine, threads, work) for work in CONVOLUTIONS]
    # The lowerings of OpenVINO and TFLite take images; there 1x1 convolutions are the products.
    return found + ([product(size, threads) for size in PRODUCTS] if engine == "onnxruntime" else [])


def product(size: int, threads: int) -> dict[str, Any]:
    """MatMulInteger of two square matrices in ONNX Runtime."""
    random = np.random.default_rng(0)
    weights = onnx.numpy_helper.from_array(random.integers(-127, 128, (size, size), np.int8), "w")
    nodes = [onnx.helper.make_node("MatMulInteger", [INPUT, "w"], [OUTPUT])]
    ends = [
        onnx.helper.make_tensor_value_info(name, type_, [size, size])
        for name, type_ in ((INPUT, onnx.TensorProto.UINT8), (OUTPUT, onnx.TensorProto.INT32))
    ]
    graph = onnx.helper.make_graph(nodes, "product", ends[:1], ends[1:], [weights])
    opset = onnx.helper.make_opsetid("", OPSET)
    model = onnx.helper.make_model(graph, opset_imports=[opset], ir_version=IR_VERSION)
    files = {"model.onnx": model.SerializeToString()}
    engine = load_engine("onnxruntime").load(files, LoadOptions(threads))
    feeds: Any = {INPUT: random.integers(0, 256, (size, size), np.uint8)}
    gmacs = size**3 / fastest(lambda: engine.run(feeds)) / 1e9
    engine.close()
    return {"workload": f"MatMulInteger, {size}x{size}", "gmacs": round(gmacs, 2)}


@click.command()
@click.option("--threads", default=1, show_default=True)
@click.option("--artifacts", default="artifacts", type=click.Path(path_type=Path), help="Whose peak to use.")
def main(threads: int, artifacts: Path) -> None:
    peaks = machine_peaks(artifacts, threads)
    rows = []
    for engine in ENGINES:
        found = run_fresh(__file__, engine=engine, threads=threads)
        best = max(found, key=lambda entry: entry["gmacs"])
        rows.append((best["gmacs"], engine, best["workload"]))
    peak = peaks.compute["int8"]
    print(f"{environment()['processor']}, threads: {threads}")
    table = [
        (f"{engine}: {work}", f"{gmacs:.0f}", f"{gmacs / peak.gmacs:.2f}") for gmacs, engine, work in rows
    ]
    table.append((f"the peak, {peak.engine}: {peak.workload}", f"{peak.gmacs:.0f}", "1.00"))
    console_table(["int8, best of each engine", "GMAC/s", "times the peak"], table)
    others = [f"{type_} {best.gmacs:.0f} GMAC/s ({best.engine})" for type_, best in peaks.compute.items()]
    print(f"peaks: {', '.join(others)}; memory {peaks.gbytes:.1f} GB/s")
    sys.exit(abs(max(rows)[0] / peak.gmacs - 1) > AGREES)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1].startswith("{"):
        serve(sweep)
    else:
        main()
