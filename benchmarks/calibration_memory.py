"""Does calibration's memory stay flat from 10 to 10,000 samples, whatever the method?

    python benchmarks/calibration_memory.py [--model unet_light]

Each row is a fresh process that imports the calibration and ONNX Runtime, nothing else, and reads VmHWM, its
own peak. "above" is what it takes beyond "the model's own": the peak of such a process that only runs one
sample. Samples are random images, made one at a time: what memory depends on is their size and number. The
large numbers run at 32x32, where a sample takes milliseconds; at 256x256, where the network's tensors are 64
times as large, fewer do.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import click
import numpy as np

from edgec_calibration import METHODS, Method, calibrate
from edgec_runtime.engine import Array
from edgec_runtime.worker import memory_mib

POINTS = {256: (10, 40), 32: (10, 100, 1000, 10_000)}
LIMIT_MIB = 300


def samples(size: int, count: int) -> Iterator[Array]:
    """Grey noise, dark to bright."""
    random = np.random.default_rng(0)
    for _ in range(count):
        yield random.uniform(0, random.uniform(0.1, 1), (1, 1, size, size)).astype(np.float32)


def run_plainly(model: bytes, size: int) -> None:
    import onnxruntime

    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    session.run(None, {session.get_inputs()[0].name: next(samples(size, 1))})


def measure(folder: Path, size: int, method: str, count: int) -> None:
    """One row: print the peak in MiB."""
    model = (folder / f"{size}.onnx").read_bytes()
    if count == 0:
        run_plainly(model, size)
    else:
        tensors, means = ((folder / name).read_text().split("\n") for name in ("tensors", "means"))
        calibrate(model, tensors, samples(size, count), cast(Method, method), means)
    click.echo(str(memory_mib("VmHWM")))


def peak(folder: Path, size: int, method: str, count: int) -> float:
    words = [str(folder), str(size), method, str(count)]
    command = [sys.executable, __file__, "--child", *words]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def write_networks(model: str, folder: Path) -> None:
    from edgec.export import export
    from edgec.passes.simplify import simplify
    from edgec.quantize import convolution_inputs, tensors_to_observe
    from edgec.source import load_source

    for size in POINTS:
        graph = simplify(export(load_source(model), (size, size)).graph).graph
        (folder / f"{size}.onnx").write_bytes(graph.to_bytes())
    (folder / "tensors").write_text("\n".join(tensors_to_observe(graph)))
    (folder / "means").write_text("\n".join(convolution_inputs(graph)))


def rows(folder: Path) -> Iterator[tuple[str, str, str, str, str]]:
    for size, counts in POINTS.items():
        own = peak(folder, size, METHODS[0], 0)
        yield f"{size}x{size}", "the model's own", "1", f"{own:.0f}", ""
        for method in METHODS:
            for count in counts:
                found = peak(folder, size, method, count)
                said = f"{found - own:.0f}" + (" too much" if found - own > LIMIT_MIB else "")
                yield f"{size}x{size}", method, str(count), f"{found:.0f}", said


@click.command()
@click.option("--model", default="unet_light", show_default=True)
@click.option("--child", type=(click.Path(path_type=Path), int, str, int), hidden=True)
def main(model: str, child: tuple[Path, int, str, int] | None) -> None:
    """Print the table."""
    if child is not None:
        measure(*child)
        return
    from edgec.report.tables import console_table

    with tempfile.TemporaryDirectory() as name:
        write_networks(model, Path(name))
        console_table(("input", "method", "samples", "peak MiB", "above, MiB"), rows(Path(name)))


if __name__ == "__main__":
    main()
