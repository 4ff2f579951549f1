"""`edgec bench`"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.bundles import choice_options, exit_code, newest_bundle, run_line
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.instructions import show_instructions
from edgec.cli.words import METRICS, Parsed, Word
from edgec_runtime.words import counts, duration

if TYPE_CHECKING:
    from edgec_runtime.bench import BenchReport

NAMES = {"batches": "batch", "seconds": "duration"}  # what the command of the device calls them


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
@click.option(
    "--profile", "profiled", is_flag=True, help="Then time each operator too, and draw it beside the bundle."
)
@click.option(
    "--history", type=click.Path(path_type=Path), help="Also record the numbers here, for `edgec history`."
)
@click.option(
    "--metric",
    type=Word("metric", METRICS),
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
    device: str | None,
    profiled: bool,
    history: Path | None,
    metric: str,
    **options: Any,
) -> int:
    """Measure variants on this machine or a device, interleaved.

    BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is named. All variants run in
    turns in one go, each in its own process, and are compared with the first. The numbers also go into
    NAME-VERSION.bench.json beside the first bundle, those of a device into NAME-VERSION.DEVICE.bench.json.
    Exit code 1: some variant could not run, 2: none could; the lines below the table say why.

    --profile asks the engine's own profiler, and the machine for its peak once.
    """
    from edgec.cli.profiles import show_profiles
    from edgec.errors import UsageError
    from edgec.history import append, prepare
    from edgec.report.bench import bench_table
    from edgec_runtime.bench import write_report

    if profiled and device is not None:
        raise UsageError("--profile is for this machine: leave --device out")
    bundles = bundles or (newest_bundle(),)
    if metric == "instructions":
        return show_instructions(display, bundles, targets, precisions)
    if history is not None:
        prepare(history)
    report = _measured(display, bundles, targets, precisions, device, options)
    document = report.to_json()
    parts: list[Any] = [bench_table(report, display.width), *report.sentences()]
    if profiled:
        profiles, tables = show_profiles(display, bundles, report.measurements)
        document, parts = document | {"profiles": profiles}, [*parts, *tables]
    display.result(document, *parts, then=[run_line(bundles[0])])
    if report.measured:
        display.say(f"written: {write_report(report, bundles[0], device)}")
    if history is not None:
        display.say(f"{history}: {append(history, report.to_json(), bundles)} measurements recorded")
    return exit_code(["error" in row for row in report.measurements])


def _measured(
    display: Display,
    bundles: Sequence[Path],
    targets: Sequence[str],
    precisions: Sequence[str],
    device: str | None,
    options: dict[str, Any],
) -> "BenchReport":
    """On this machine or on `device`; `options`: threads, batches, seconds and images."""
    from edgec_runtime.bench import bench, row_title

    with display.progress() as progress, progress.step(f"bench {', '.join(map(str, bundles))}"):
        seen: list[dict[str, Any]] = []

        def measured(row: dict[str, Any]) -> None:
            seen.append(row)
            progress.say(f"{row_title(row, seen)} {'failed' if 'error' in row else 'measured'}")

        if device is None:
            return bench(bundles, targets, precisions, on_row=measured, **options)
        from edgec.devices import bench_on_device, find_device

        there = {NAMES.get(name, name): value for name, value in options.items()}
        return bench_on_device(bundles, find_device(device), targets, precisions, there, progress)
