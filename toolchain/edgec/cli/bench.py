"""`edgec bench`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import bundle_argument, exit_code, newest_bundle, run_line, variant_options
from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="bench")
@bundle_argument(required=False)
@variant_options
@click.option("--device", metavar="NAME|USER@HOST", help="Measure there, over SSH; see `edgec devices`.")
@click.pass_obj
def command(
    display: Display,
    /,
    bundle: Path | None,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
    device: str | None,
) -> int:
    """Measure a bundle's variants on this machine, or on a device.

    Each runs in a fresh process. BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is
    named. The numbers also go into NAME-VERSION.bench.json beside it, those of a device into
    NAME-VERSION.DEVICE.bench.json. Exit code 1: some variant could not run, 2: none could; the table says
    why.
    """
    from edgec.report.bench import bench_table
    from edgec_runtime.bench import BenchReport, bench, row_title, write_report

    bundle = bundle or newest_bundle()
    with display.progress() as progress, progress.step(f"bench {bundle}"):

        def measured(row: dict[str, Any]) -> None:
            progress.say(f"{row_title(row)} {'failed' if 'error' in row else 'measured'}")

        if device is None:
            report = bench(bundle, targets, precisions, threads, measured)
        else:
            from edgec.devices import bench_on_device, find_device

            options = {"threads": threads}
            document = bench_on_device(bundle, find_device(device), targets, precisions, options, progress)
            report = BenchReport.from_json(document)
    for row in report.measurements:
        if "warning" in row:
            display.warn(f"{row_title(row)}: {row['warning']}")
    if report.measured:
        display.say(f"written: {write_report(report, bundle, device)}")
    display.result(report.to_json(), bench_table(report), then=[run_line(bundle)])
    return exit_code(["error" in row for row in report.measurements])
