"""What int8 costs in accuracy and gains in time, setting by setting and engine by engine.

    python benchmarks/quantization.py [--model unet_light] [--data DIR] [--rounds 40] [--engine tflite]

First table: each way to quantize, in each engine: mean Dice, its change against fp32 in that engine, and
the mean difference of the probabilities from fp32's. Second table: the time of one image at one thread, all
candidates in one run, each round in random order; read the ratios, which are medians of the rounds' own.
"peer" is ONNX Runtime's own quantizer at its best setting: QDQ, uint8 activations, per channel, reduced
range, the same images. It runs as it wrote the file; ours goes through the lowerings, as in a bundle.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from int8_settings import BEST, SETTINGS, Setting
from interleaved import interleave, ratio_interval
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType
from onnxruntime.quantization import quantize_static as peer_quantize

from edgec.data import Dataset, open_dataset
from edgec.evaluation import score_masks
from edgec.export import export
from edgec.graph import Graph
from edgec.lower import ENGINES, Lowered, lower
from edgec.passes.simplify import simplify
from edgec.quantize import convolution_inputs, quantize_static, tensors_to_observe
from edgec.recipe import Recipe
from edgec.recipe.build import CALIBRATION
from edgec.report.tables import console_table
from edgec.runner import Runner
from edgec.source import load_source
from edgec.spec import graph_input, graph_output
from edgec_calibration import Method, Ranges, calibrate
from edgec_runtime.engine import Array
from edgec_runtime.image import prepare
from edgec_runtime.machine import environment
from edgec_runtime.mask import probabilities, to_mask


class Bench:
    """One network, its calibration images, and the images to judge it on."""

    def __init__(self, model: str, data: str) -> None:
        recipe = Recipe(model=model)
        exported = export(load_source(model), recipe.size)
        self.graph: Graph = simplify(exported.graph).graph
        self.input = graph_input(self.graph, recipe, exported.multiple_of)
        self.output = graph_output(self.graph, recipe)
        self.calibration = [prepare(sample.image, self.input) for sample in open_dataset(CALIBRATION)]
        self.data: Dataset = open_dataset(data)
        self.ranges = cache(self._measure)

    def _measure(self, method: Method, images: int) -> Ranges:
        observed, means = tensors_to_observe(self.graph), convolution_inputs(self.graph)
        return calibrate(self.graph.to_bytes(), observed, self.calibration[:images], method, means)

    def quantized(self, setting: Setting) -> Graph:
        """Ours."""
        ranges = self.ranges(setting.method, setting.images)
        return quantize_static(self.graph, ranges, setting.int8, correct_bias=setting.corrected)

    def peer(self) -> Graph:
        """ONNX Runtime's."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "peer.onnx"
            peer_quantize(
                self.graph.to_proto(),
                path,
                _Reader(self.input.name, self.calibration),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                reduce_range=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )
            return Graph.from_bytes(path.read_bytes())

    def as_it_is(self, graph: Graph, engine: str) -> Lowered:
        """The peer's file: ONNX Runtime reads it as it is."""
        if engine != "onnxruntime":
            return lower(graph, engine)
        return Lowered({"model.onnx": graph.to_bytes()}, "NCHW", self.input.name, self.output.name)

    def judge(self, runner: Runner) -> tuple[float, list[Array]]:
        """Mean Dice, and the probabilities of each image."""
        found: list[Array] = []

        def segment(image: Any) -> Any:
            answer = runner.run(prepare(image, self.input))
            found.append(probabilities(answer, self.output))
            return to_mask(answer, self.output, image.shape[:2])

        return score_masks(segment, self.data).dice, found


class _Reader(CalibrationDataReader):  # type: ignore[misc]
    def __init__(self, name: str, images: list[Array]) -> None:
        self._feeds: Iterator[dict[str, Array]] = iter([{name: image} for image in images])

    def get_next(self) -> dict[str, Array] | None:
        return next(self._feeds, None)


@dataclass(frozen=True)
class Row:
    """A line of the first table."""

    engine: str
    setting: str
    dice: float
    change: float
    difference: float


def accuracy(bench: Bench, engines: Sequence[str]) -> Iterator[Row]:
    """Every setting in each of `engines` that can say something about it."""
    graphs = {name: bench.quantized(setting) for name, setting in SETTINGS.items()}
    peer = bench.peer()
    for engine in engines:
        lowered: dict[str, Callable[[], Lowered]] = {
            name: partial(lower, graph, engine) for name, graph in {"fp32": bench.graph, **graphs}.items()
        }
        if engine != "tflite":  # the peer writes no ConvTranspose that TFLite could take
            lowered["peer"] = partial(bench.as_it_is, peer, engine)
        base, reference = 0.0, list[Array]()
        for name, make in lowered.items():
            with Runner(make(), engine) as runner:
                dice, found = bench.judge(runner)
            if name == "fp32":
                base, reference = dice, found
            apart = [np.abs(one - other).mean() for one, other in zip(found, reference, strict=True)]
            yield Row(engine, name, dice, dice - base, float(np.mean(apart)))


def latency(bench: Bench, rounds: int) -> Iterator[tuple[str, str, str, str]]:
    """Engine, candidate, median milliseconds and times fp32 of that engine."""
    peer = bench.peer()
    runners: dict[tuple[str, str], Runner] = {}
    for engine in ENGINES:
        runners[engine, "fp32"] = Runner(lower(bench.graph, engine), engine)
        runners[engine, "int8"] = Runner(lower(bench.quantized(Setting(BEST[engine])), engine), engine)
        if engine != "tflite":
            runners[engine, "peer"] = Runner(bench.as_it_is(peer, engine), engine)
    image = bench.calibration[0]
    times = interleave({key: partial(runner.run, image) for key, runner in runners.items()}, rounds)
    for (engine, name), values in times.items():
        ratio, low, high = ratio_interval(times[engine, "fp32"], values)
        yield engine, name, f"{np.median(values):.1f}", f"{ratio:.2f} [{low:.2f}, {high:.2f}]"


@click.command()
@click.option("--model", default="unet_light", show_default=True)
@click.option("--data", default="nuclei", show_default=True, help="a shipped set, or a folder")
@click.option("--rounds", default=40, show_default=True, help="of the latency table; 0 leaves it out")
@click.option("--engine", "engines", multiple=True, type=click.Choice(ENGINES), help="of the first table")
def main(model: str, data: str, rounds: int, engines: tuple[str, ...]) -> None:
    """Print the tables."""
    bench = Bench(model, data)
    click.echo(f"{environment()['processor']}; {model}; {len(bench.data)} images of {bench.data.name}")
    rows = [
        (row.engine, row.setting, f"{row.dice:.4f}", f"{row.change:+.4f}", f"{row.difference:.5f}")
        for row in accuracy(bench, engines or ENGINES)
    ]
    console_table(("engine", "quantization", "Dice", "change", "mean difference"), rows)
    if rounds:
        console_table(("engine", "", "median ms", "times fp32"), latency(bench, rounds))


if __name__ == "__main__":
    main()
