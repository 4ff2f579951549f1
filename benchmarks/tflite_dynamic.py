"""Where int8 weights with float activations pay on TFLite: which convolutions should compute in integers.

    python benchmarks/tflite_dynamic.py [--model unet_light] [--size 256] [--rounds 40] [--threads 1]

Each row is one form of the same file. `int8, all expanded` makes floats of all weights when the network is
loaded; `int8, from N products` computes in integers where each input value takes part in at least N products
(XNNPACK's dynamic-range kernels), which costs a pass over the input that fewer do not win back;
`int8, all dense` does so everywhere; `int8, also depthwise` lets TFLite's own kernels run the depthwise
convolutions in integers, which XNNPACK cannot. All run in one process, each round in random order; `gain`
above 1 says that the form is faster than fp32. The lowering takes the form marked with a star.
"""

from collections.abc import Iterator
from unittest.mock import patch

import click
import numpy as np
from interleaved import Candidate, interleave, ratio_interval

from edgec.export import export
from edgec.graph import Graph, static_shape
from edgec.lower import Lowered, lower
from edgec.lower.tflite import FILE
from edgec.lower.tflite.ops import weights
from edgec.passes.simplify import simplify
from edgec.quantize import store_float16, store_int8
from edgec.report.tables import console_table
from edgec.source import load_source
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import tflite
from edgec_runtime.machine import environment

NEVER = 1 << 30
PRODUCTS = (256, 128, 64, 32)


def forms(graph: Graph) -> Iterator[tuple[str, Lowered]]:
    """Name -> the network in this form."""
    yield "fp32", lower(graph, "tflite")
    yield "fp16", lower(store_float16(graph), "tflite")
    int8 = store_int8(graph)
    yield "int8, all expanded", _dynamic(int8, NEVER)
    for products in PRODUCTS:
        star = " *" if products == weights.MIN_PRODUCTS else ""
        yield f"int8, from {products} products{star}", _dynamic(int8, products)
    yield "int8, all dense", _dynamic(int8, 0)
    with (
        patch.object(weights, "DYNAMIC", weights.DYNAMIC | {"DEPTHWISE_CONV_2D"}),
        patch.object(weights, "_pays", return_value=True),
    ):
        yield "int8, also depthwise", lower(int8, "tflite")


def _dynamic(graph: Graph, products: int) -> Lowered:
    with patch.object(weights, "MIN_PRODUCTS", products):
        return lower(graph, "tflite")


def candidate(lowered: Lowered, image: Array, threads: int) -> Candidate:
    """The network, loaded."""
    engine = tflite.load(lowered.files, LoadOptions(threads))
    return lambda: engine.run({lowered.input: image})


@click.command()
@click.option("--model", default="unet_light", show_default=True)
@click.option("--size", default=256, show_default=True)
@click.option("--rounds", default=40, show_default=True)
@click.option("--threads", default=1, show_default=True)
def main(model: str, size: int, rounds: int, threads: int) -> None:
    """Print the table."""
    graph = simplify(export(load_source(model), (size, size)).graph).graph
    found = dict(forms(graph))
    image = np.random.default_rng(0).random((1, size, size, static_shape(graph.input)[1]), np.float32)
    times = interleave({name: candidate(lowered, image, threads) for name, lowered in found.items()}, rounds)
    whole = len(found["fp32"].files[FILE])
    rows = []
    for name, values in times.items():
        ratio, low, high = ratio_interval(times["fp32"], values)
        share = len(found[name].files[FILE]) / whole
        rows.append(
            (name, f"{share:.1%}", f"{np.median(values):.1f}", f"{ratio:.2f} [{low:.2f}, {high:.2f}]")
        )
    what = f"{model} {size}x{size}, {threads} threads, {rounds} rounds, milliseconds"
    click.echo(f"{environment()['processor']}; {what}")
    console_table(("", "of fp32's bytes", "median", "gain"), rows)


if __name__ == "__main__":
    main()
