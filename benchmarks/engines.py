"""PyTorch eager, its export in ONNX Runtime, and every variant of a bundle, interleaved at one thread.

    python benchmarks/engines.py [BUNDLE] [--rounds 60]

Each round runs every candidate once, in random order, so that a busy moment of the machine hits all of
them alike. Read the ratios: medians of the rounds' own ratios, with a 95 % bootstrap interval.
"""

from contextlib import ExitStack
from pathlib import Path

import click
import numpy as np
import torch
from interleaved import Candidate, interleave, ratio_interval

from edgec.export import export
from edgec.report.tables import console_table
from edgec.source import load_source
from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.machine import environment
from edgec_runtime.selftest import read_tensor

REFERENCE = "ONNX Runtime fp32"  # the network as torch exports it, without our rewrites


def torch_eager(model: str, image: Array) -> Candidate:
    """The network in PyTorch, as its users run it before they come here."""
    module = load_source(model).module
    assert module is not None
    module.eval()
    tensor = torch.from_numpy(image)

    def run() -> object:
        with torch.inference_mode():
            return module(tensor)

    return run


def as_exported(model: str, image: Array) -> Candidate:
    """What its users run next: the export as it is, in ONNX Runtime."""
    graph = export(load_source(model), (image.shape[2], image.shape[3])).graph
    session = onnxruntime.load({"model.onnx": graph.to_bytes()}, LoadOptions(threads=1))
    name = str(graph.input.name)
    return lambda: session.run({name: image})


def variants(bundle: Path, stack: ExitStack) -> tuple[dict[str, Candidate], Array]:
    """A callable for each variant, and the golden input that they run on."""
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
        image = read_tensor(opened, manifest.golden_input).copy()  # torch wants memory that it may write to
    candidates: dict[str, Candidate] = {}
    for variant in manifest.variants:
        session = stack.enter_context(
            Session.open(bundle, target=variant.target, precision=variant.precision, threads=1)
        )
        name = f"{variant.target} {variant.precision}"
        candidates[name] = lambda session=session: session.run({manifest.input.name: image})
    return candidates, image


@click.command()
@click.argument("bundle", type=Path, default=Path("artifacts/unet_light-1.0.0.edgec"))
@click.option("--rounds", default=60, show_default=True)
@click.option("--model", default="unet_light", show_default=True, help="the network for PyTorch")
def main(bundle: Path, rounds: int, model: str) -> None:
    """Print the table."""
    torch.set_num_threads(1)
    with ExitStack() as stack:
        candidates, image = variants(bundle, stack)
        candidates["torch eager"] = torch_eager(model, image)
        candidates[REFERENCE] = as_exported(model, image)
        times = interleave(candidates, rounds)
    rows = []
    for name, values in sorted(times.items(), key=lambda item: -float(np.median(item[1]))):
        ratio, low, high = ratio_interval(times[REFERENCE], values)
        eager = float(np.median(times["torch eager"] / values))
        rows.append(
            (
                name,
                f"{np.median(values):.1f}",
                f"{values.min():.1f}",
                f"{ratio:.2f} [{low:.2f}, {high:.2f}]",
                f"{eager:.2f}",
            )
        )
    processor = environment()["processor"]
    click.echo(f"{processor}; one thread, {rounds} rounds, milliseconds; higher ratios are faster")
    console_table(("", "median", "min", f"times {REFERENCE}", "times torch eager"), rows)


if __name__ == "__main__":
    main()
