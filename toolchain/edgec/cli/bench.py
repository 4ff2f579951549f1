"""`edgec bench`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import choice_options, exit_code, newest_bundle, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.words import Parsed
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
    metavar="SECONDS",
    type=Parsed("duration", duration),
    default="1s",
    help="How long each variant runs at least: 3s, 500ms, 2m. Default: 1s.",
)
@click.option(
    "--images",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Segment these images, from pixels to mask, and tell the stages apart.",
)
@click.option("--device", metavar="NAME|USER@HOST", help="Measure there, over SSH; see `edgec devices`.")
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
    device: str | None,
) -> int:
    """Measure variants on this machine or a device, interleaved.

    BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is named. All variants run in
    turns in one go, each in its own process, and are compared with the first. The numbers also go into
    NAME-VERSION.bench.json beside the first bundle, those of a device into NAME-VERSION.DEVICE.bench.json.
    Exit code 1: some variant could not run, 2: none could; the lines below the table say why.
    """
    from edgec.report.bench import bench_table
    from edgec_runtime.bench import bench, row_title, write_report

    bundles = bundles or (newest_bundle(),)
    with display.progress() as progress, progress.step(f"bench {', '.join(map(str, bundles))}"):
        seen: list[dict[str, Any]] = []

        def measured(row: dict[str, Any]) -> None:
            seen.append(row)
            progress.say(f"{row_title(row, seen)} {'failed' if 'error' in row else 'measured'}")

        if device is None:
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
        else:
            from edgec.devices import bench_on_device, find_device

            options = {"threads": threads, "batch": batches, "duration": seconds, "images": images}
            report = bench_on_device(bundles, find_device(device), targets, precisions, options, progress)
    table = bench_table(report, display.width)
    display.result(report.to_json(), table, *report.sentences(), then=[run_line(bundles[0])])
    if report.measured:
        display.say(f"written: {write_report(report, bundles[0], device)}")
    return exit_code(["error" in row for row in report.measurements])
