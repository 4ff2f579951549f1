"""Where ConvTranspose pays as a 1x1 Conv and a DepthToSpace: engine by engine, float and int8.

    python benchmarks/conv_transpose.py [--model unet_light] [--size 256] [--rounds 60]

All eight candidates run in one process at one thread, each round in random order. A gain above 1 says that
the rewrite is faster there.
"""

import click
import numpy as np
import torch
from interleaved import Candidate, interleave, ratio_interval

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.passes.simplify import simplify
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.report.tables import console_table
from edgec.source import load_source
from edgec_calibration import calibrate
from edgec_runtime.engine import Array, EngineModule, LoadOptions
from edgec_runtime.engines import onnxruntime, openvino
from edgec_runtime.machine import environment
from edgec_targets.target import Int8

ENGINES: dict[str, EngineModule] = {"onnxruntime": onnxruntime, "openvino": openvino}
FORMS = ("as it is", "rewritten")


def networks(model: str, image: Array) -> dict[str, Graph]:
    """Precision -> the network with its ConvTranspose."""
    source = load_source(model)
    graph = simplify(export(source, image.shape[2:]).graph).graph
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image], "min-max")
    return {
        "fp32": graph,
        "int8": quantize_static(graph, ranges, Int8(activation="uint8", reduce_range=True)),
    }


def candidate(graph: Graph, engine: str, image: Array) -> Candidate:
    """The network in this very form, loaded."""
    files = {"model.onnx": graph.to_bytes()} if engine == "onnxruntime" else lower(graph, engine).files
    loaded = ENGINES[engine].load(files, LoadOptions(threads=1))
    name = str(graph.input.name)
    return lambda: loaded.run({name: image})


@click.command()
@click.option("--model", default="unet_light", show_default=True)
@click.option("--size", default=256, show_default=True)
@click.option("--rounds", default=60, show_default=True)
def main(model: str, size: int, rounds: int) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    image = np.random.default_rng(0).random((1, 1, size, size), np.float32)
    candidates = {}
    for precision, graph in networks(model, image).items():
        for form, shaped in zip(FORMS, (graph, ConvTransposeToConv()(graph).graph), strict=True):
            for engine in ENGINES:
                candidates[f"{engine} {precision} {form}"] = candidate(shaped, engine, image)
    times = interleave(candidates, rounds)
    rows = []
    for name in (name.removesuffix(" as it is") for name in candidates if name.endswith(FORMS[0])):
        before, after = (times[f"{name} {form}"] for form in FORMS)
        ratio, low, high = ratio_interval(before, after)
        medians = (f"{np.median(before):.1f}", f"{np.median(after):.1f}")
        rows.append((name, *medians, f"{ratio:.2f} [{low:.2f}, {high:.2f}]"))
    click.echo(
        f"{environment()['processor']}; {model} {size}x{size}, one thread, {rounds} rounds, milliseconds"
    )
    console_table(("", *FORMS, "gain"), rows)


if __name__ == "__main__":
    main()
