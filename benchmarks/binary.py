"""Binary convolutions in our kernels against INT8 of the same shape: single layers and a whole U-Net.

    python benchmarks/binary.py [--threads 1] [--rounds 40] [--base 32 --base 64] [--isa avx2]

All candidates of one shape run in one process, each round in random order. `best INT8` is the fastest of ONNX
Runtime, OpenVINO and TFLite, by the medians. --isa avx2 holds ours to AVX2 and OpenVINO to AVX2-VNNI; the
other engines, which cannot be held, are left out. With more than one thread, our networks run on one, too.
"In OpenVINO" is the network with shortcuts by OpenVINO's BinaryConvolution.
"""

import os

import click
import numpy as np
import torch
from binary_networks import DEPTH, FloatUnet, Numbers, binary_layers, binary_unet, float_layers
from interleaved import Candidate, Times, interleave, ratio_interval

from edgec.export import export
from edgec.graph import Graph
from edgec.lower import lower
from edgec.lower.openvino_signs import lower_signs_for_openvino
from edgec.passes.simplify import simplify
from edgec.quantize import quantize_static, tensors_to_observe
from edgec.report.tables import console_table
from edgec.source import Source
from edgec.zoo import create
from edgec_calibration import calibrate
from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import load_engine, onnxruntime
from edgec_runtime.kernels import library
from edgec_runtime.machine import environment
from edgec_targets.target import Int8

ENGINES = ("onnxruntime", "openvino", "tflite")
LAYERS = ((256, 64), (128, 128), (64, 256), (32, 512))
FORMS = ("bits", "shortcut", "2 levels")
IN_A_ROW = 4
HELD = {"ONEDNN_MAX_CPU_ISA": "AVX2_VNNI", "DNNL_MAX_CPU_ISA": "AVX2_VNNI", library.ISA: "avx2"}


def float_graph(module: torch.nn.Module, channels: int, size: int) -> Graph:
    source = Source("twin", module.eval(), None, channels, 0, None, trained=False)
    return simplify(export(source, (size, size)).graph).graph


def int8(graph: Graph, channels: int, size: int, engine: str, threads: int) -> Candidate:
    """As `edgec build` makes it for a processor with VNNI."""
    image = np.random.default_rng(0).standard_normal((1, channels, size, size), np.float32)
    ranges = calibrate(graph.to_bytes(), tensors_to_observe(graph), [image], "min-max")
    integers = Int8(activation="int8" if engine == "tflite" else "uint8")
    lowered = lower(quantize_static(graph, ranges, integers), engine)
    feed = np.ascontiguousarray(image.transpose(0, 2, 3, 1)) if lowered.layout == "NHWC" else image
    loaded = load_engine(engine).load(lowered.files, LoadOptions(threads))
    return lambda: loaded.run({lowered.input: feed})


def ours(made: tuple[bytes, dict[str, Numbers]], threads: int) -> Candidate:
    model, feeds = made
    session = onnxruntime.load({"model.onnx": model}, LoadOptions(threads))
    if session.binary != "kernel":
        raise click.ClickException("the kernels are not built: python -m edgec_runtime.kernels.build")
    return lambda: session.run(feeds)


def in_openvino(base: int, size: int, threads: int) -> Candidate:
    """`blu_net_fast`, which is the U-Net with shortcuts, by OpenVINO's own BinaryConvolution."""
    widths = [base << depth for depth in range(DEPTH + 1)]
    network = create("blu_net_fast", in_channels=3, widths=widths[:-1], bottleneck=widths[-1])
    lowered = lower_signs_for_openvino(float_graph(network.requires_grad_(False), 3, size))
    loaded = load_engine("openvino").load(lowered.files, LoadOptions(threads, exact=True))
    image = np.random.default_rng(0).random((1, 3, size, size), np.float32)
    return lambda: loaded.run({lowered.input: image})


def report(
    shape: str, times: dict[str, Times], engines: tuple[str, ...], count: int
) -> list[tuple[str, ...]]:
    """A row for each candidate of ours."""
    best = min(engines, key=lambda name: float(np.median(times[name])))
    rows = []
    for name in (name for name in times if name not in engines):
        against = [ratio_interval(times[base], times[name]) for base in (engines[0], best)]
        rows.append(
            (
                shape,
                name,
                f"{np.median(times[name]) / count:.2f}",
                *(f"{ratio:.2f} [{low:.2f}, {high:.2f}]" for ratio, low, high in against),
                best,
            )
        )
    return rows


def candidates_of_layer(
    size: int, channels: int, engines: tuple[str, ...], threads: int
) -> dict[str, Candidate]:
    graph = float_graph(float_layers(channels, IN_A_ROW), channels, size)
    found = {name: int8(graph, channels, size, name, threads) for name in engines}
    return found | {form: ours(binary_layers(channels, size, form, IN_A_ROW), threads) for form in FORMS}


def candidates_of_unet(base: int, size: int, engines: tuple[str, ...], threads: int) -> dict[str, Candidate]:
    graph = float_graph(FloatUnet(base), 3, size)
    found = {name: int8(graph, 3, size, name, threads) for name in engines}
    for name, shortcuts in (("bits", False), ("with shortcuts", True)):
        made = binary_unet(base, size, shortcuts)
        found[name] = ours(made, threads)
        if threads > 1:
            found[f"{name}, one thread"] = ours(made, 1)
    found["in OpenVINO, with shortcuts"] = in_openvino(base, size, threads)
    return found


@click.command()
@click.option("--threads", default=1, show_default=True)
@click.option("--rounds", default=40, show_default=True)
@click.option("--base", "bases", multiple=True, default=(32, 64), show_default=True)
@click.option("--size", default=256, show_default=True, help="of the U-Net's image")
@click.option("--isa", type=click.Choice(["avx2"]), help="hold ours to AVX2, and OpenVINO to AVX2-VNNI")
@click.option("--layers/--no-layers", default=True, show_default=True)
def main(threads: int, rounds: int, bases: tuple[int, ...], size: int, isa: str | None, layers: bool) -> None:
    """Print the table."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    engines = ("openvino",) if isa else ENGINES
    os.environ.update(HELD if isa else {})  # before an engine is imported
    rows = []
    for side, channels in LAYERS if layers else ():
        times = interleave(candidates_of_layer(side, channels, engines, threads), rounds)
        rows += report(f"{side}x{side}x{channels}", times, engines, IN_A_ROW)
    for base in bases:
        times = interleave(candidates_of_unet(base, size, engines, threads), rounds)
        rows += report(f"U-Net {base}, {size}x{size}", times, engines, 1)
    held = ", AVX2 against AVX2-VNNI" if isa else ""
    click.echo(
        f"{environment()['processor']}; {threads} thread(s){held}, {rounds} rounds, ms a layer or network"
    )
    console_table(("", "ours", "ms", f"times {engines[0]} INT8", "times best INT8", "which is"), rows)


if __name__ == "__main__":
    main()
