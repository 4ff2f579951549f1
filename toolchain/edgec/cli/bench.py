"""`edgec bench`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import choice_options, exit_code, newest_bundle, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.instructions import show_instructions
from edgec.cli.words import Parsed, Word
from edgec_runtime.words import counts, duration


@click.command(cls=Command, name="bench")
@click.argument("bundles", nargs=-1, metavar="[BUNDLE]...", type=click.Path(path_type=Path))
@choice_options
@click.option("--threads", type=Parsed("N,N,...", counts), help="Threads of the engine. Default: the cores.")
@click.option(
    "batches", "--batch", type=Parsed("N,N,...", counts), default="1", help="Images of a run. Default: 1."
)
@click.option(
    "seconds",
    "--duration",
    type=Parsed("3s", duration),
    default="1s",
    help="How long each variant runs at least. Default: 1s.",
)
@click.option(
    "--images",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Segment these images, from pixels to mask, and tell the stages apart.",
)
@click.option(
    "--metric",
    type=Word("metric", ["latency", "instructions"]),
    default="latency",
    help="instructions: counted on the target's processor, emulated; one thread.  [default: latency]",
)
@click.pass_obj
def command(
    display: Display,
    /,
    bundles: tuple[Path, ...],
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: tuple[int, ...] | None,
    batches: tuple[int, ...],
    seconds: float,
    images: Path | None,
    metric: str,
) -> int:
    """Measure variants on this machine, interleaved.

    BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is named. All variants run in
    turns in one go, each in its own process, and are compared with the first. The numbers also go into
    NAME-VERSION.bench.json beside the first bundle. Exit code 1: some variant could not run, 2: none could;
    the warnings say why.
    """
    from edgec.report.bench import bench_table
    from edgec_runtime.bench import bench, row_title, write_report

    bundles = bundles or (newest_bundle(),)
    if metric == "instructions":
        return show_instructions(display, bundles, targets, precisions)
    with display.progress() as progress, progress.step(f"bench {', '.join(map(str, bundles))}"):

        def measured(row: dict[str, Any]) -> None:
            progress.say(f"{row_title(row)} {'failed' if 'error' in row else 'measured'}")

        report = bench(
            bundles,
            targets,
            precisions,
            threads,
            measured,
            batches=batches,
            seconds=seconds,
            images=images,
        )
    for sentence in report.sentences():
        display.warn(sentence)
    display.result(report.to_json(), bench_table(report), then=[run_line(bundles[0])])
    if report.measured:
        display.say(f"written: {write_report(report, bundles[0])}")
    return exit_code(["error" in row for row in report.measurements])
