"""How many frames a second `eunet` segments, in each of its variants.

    python benchmarks/eunet.py [--size 256] [--threads 2] [--duration 3] [--out FOLDER]

The weights are random, which no time depends on. All variants run in turns, each in a process of its own, as
`edgec bench` does it. `frames/s` is of the median run, `at best` of the least: on a machine that others use,
what it does when they let it.
"""

import tempfile
from pathlib import Path

import click

from edgec.pipeline import build
from edgec.recipe import Recipe
from edgec.report.tables import console_table
from edgec_runtime.bench import bench, row_title
from edgec_runtime.machine import environment

PROFILES = ("portable", "x86-vnni")


@click.command()
@click.option("--size", default=256, show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--duration", default=3.0, show_default=True, help="Seconds that each variant runs at least.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep the bundle there.")
def main(size: int, threads: int, duration: float, out: Path | None) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = Recipe(model="eunet", size=(size, size), profiles=PROFILES, calibration_samples=4)
        bundle = build(recipe, out or Path(folder), slower="unmeasured").bundle
        report = bench(bundle, threads=threads, seconds=duration)
    click.echo(f"{environment()['processor']}; eunet {size}x{size}, {threads} threads")
    measured = [row for row in report.measurements if "error" not in row]
    rows = []
    for row in measured:
        latency, used = row["latency_ms"], sum((row["cpu_ms"] or {}).values())
        frames = [f"{1000 / latency[key]:.1f}" for key in ("median", "min")]
        rows.append((row_title(row, measured), f"{latency['median']:.1f}", f"{used:.1f}", *frames))
    console_table(("variant", "median ms", "CPU ms", "frames/s", "at best"), rows)
    for sentence in report.sentences():
        click.echo(sentence)


if __name__ == "__main__":
    main()
