"""What each rewrite of the graph gains: engine by engine, float and int8.

    python benchmarks/rewrites.py [--model unet_light] [--size 256] [--rounds 60]

All forms of one (engine, precision) run in one process at one thread, each round in random order. A gain
above 1 says that the rewrite is faster there than the network without it; lowerings apply those that are.
"""

from collections.abc import Callable

import click
import numpy as np
import onnx_ir as ir
import torch
from interleaved import Candidate, interleave, ratio_interval

from edgec.export import export
from edgec.graph import Graph, static_shape
from edgec.lower.rewrites.conv_transpose import ConvTransposeToConv
from edgec.lower.rewrites.depth_to_space import SpellDepthToSpace
from edgec.lower.rewrites.wide_head import WidenHead
from edgec.lower.rewrites.zero_column import ZeroColumn
from edgec.lower.tflite import write
from edgec.passes.depthwise import DepthwiseBeforeConcat
from edgec.passes.shapes import InferShapes
from edgec.passes.simplify import CHAIN
from edgec.passes.up_convolution import MergeUpConvolutions
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.report.tables import console_table
from edgec.source import load_source
from edgec_calibration import calibrate
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.engines.openvino import configuration
from edgec_runtime.machine import environment
from edgec_targets.target import Int8

ONE_THREAD = LoadOptions(threads=1)
PLAIN = "as it is"
Form = Callable[[Graph], Graph]
# Rewrite -> what it does to a graph that is otherwise as it is.
FORMS: dict[str, Form] = {
    PLAIN: lambda graph: graph,
    "depthwise before Concat": lambda graph: InferShapes()(DepthwiseBeforeConcat()(graph).graph).graph,
    "up-convolutions merged": lambda graph: InferShapes()(MergeUpConvolutions()(graph).graph).graph,
    "ConvTranspose as Conv": lambda graph: ConvTransposeToConv()(graph).graph,
    "and moves in NHWC": lambda graph: SpellDepthToSpace()(ConvTransposeToConv()(graph).graph).graph,
    "and the wide head": lambda graph: WidenHead()(FORMS["and moves in NHWC"](graph)).graph,
    "wide head": lambda graph: WidenHead()(graph).graph,
    "and a zero column": lambda graph: ZeroColumn()(FORMS["wide head"](graph)).graph,
    "a batch of one": lambda graph: one_image(graph),
}
BEFORE_QUANTIZATION = ("depthwise before Concat", "up-convolutions merged")


def one_image(graph: Graph) -> Graph:
    """The batch fixed."""
    copy = graph.clone()
    copy.input.shape = ir.Shape((1, *list(copy.input.shape or ())[1:]))
    return copy


def simplified(model: str, size: int) -> Graph:
    """The network without the rewrite that the chain of passes holds."""
    graph = export(load_source(model), (size, size)).graph
    for step in CHAIN:
        if not isinstance(step, DepthwiseBeforeConcat):
            graph = step(graph).graph
    return graph


def quantized(graph: Graph, image: Array, engine: str) -> Graph:
    """In the integers of the engine's target."""
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image], "min-max")
    int8 = Int8(activation="int8") if engine == "tflite" else Int8(activation="uint8", reduce_range=True)
    return quantize_static(graph, ranges, int8)


def loaded(graph: Graph, engine: str, image: Array) -> Candidate:
    """The network in this very form, without what the lowering does besides."""
    name = str(graph.input.name)
    if engine == "onnxruntime":
        session = onnxruntime.load({"model.onnx": graph.to_bytes()}, ONE_THREAD)
        return lambda: session.run({name: image})
    if engine == "openvino":
        import openvino

        core = openvino.Core()
        compiled = core.compile_model(core.read_model(graph.to_bytes()), "CPU", configuration(ONE_THREAD))
        request = compiled.create_infer_request()
        return lambda: request.infer({name: image}, share_inputs=True, share_outputs=True)
    from edgec_runtime.engines import tflite

    lowered = write(graph)
    interpreter = tflite.load(lowered.files, ONE_THREAD)
    turned = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
    return lambda: interpreter.run({lowered.input: turned})


def forms(graph: Graph, engine: str, precision: str, image: Array) -> dict[str, Candidate]:
    """The forms that this engine can be given and that differ from the plain one."""
    found: dict[str, Candidate] = {}
    seen = set()
    for name, form in FORMS.items():
        if engine == "tflite" and name not in (PLAIN, *BEFORE_QUANTIZATION, "ConvTranspose as Conv"):
            continue
        made = form(graph) if name in BEFORE_QUANTIZATION else graph
        made = quantized(made, image, engine) if precision == "int8" else made
        made = made if name in BEFORE_QUANTIZATION else form(made)
        if made.digest not in seen:
            seen.add(made.digest)
            found[name] = loaded(made, engine, image)
    return found


@click.command()
@click.option("--model", default="unet_light", show_default=True)
@click.option("--size", default=256, show_default=True)
@click.option("--rounds", default=60, show_default=True)
def main(model: str, size: int, rounds: int) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    graph = simplified(model, size)
    image = np.random.default_rng(0).random(static_shape(graph.input), np.float32)
    rows = []
    for engine in ("onnxruntime", "openvino", "tflite"):
        for precision in ("fp32", "int8"):
            times = interleave(forms(graph, engine, precision, image), rounds)
            for name in (name for name in times if name != PLAIN):
                ratio, low, high = ratio_interval(times[PLAIN], times[name])
                medians = (f"{np.median(times[PLAIN]):.1f}", f"{np.median(times[name]):.1f}")
                rows.append((f"{engine} {precision}", name, *medians, f"{ratio:.2f} [{low:.2f}, {high:.2f}]"))
    click.echo(
        f"{environment()['processor']}; {model} {size}x{size}, one thread, {rounds} rounds, milliseconds"
    )
    console_table(("", "rewrite", "without", "with", "gain"), rows)


if __name__ == "__main__":
    main()
