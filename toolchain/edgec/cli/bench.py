"""`edgec bench`"""

from pathlib import Path
from typing import Any

import click

from edgec.cli.bundles import bundle_argument, exit_code, newest_bundle, run_line, variant_options
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.profiles import show_profiles


@click.command(cls=Command, name="bench")
@bundle_argument(required=False)
@variant_options
@click.option(
    "--profile", "profiled", is_flag=True, help="Then time each operator too, and draw it beside the bundle."
)
@click.pass_obj
def command(
    display: Display,
    /,
    bundle: Path | None,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
    profiled: bool,
) -> int:
    """Measure a bundle's variants on this machine.

    Each runs in a fresh process. BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is
    named. The numbers also go into NAME-VERSION.bench.json beside it. Exit code 1: some variant could not
    run, 2: none could; the table says why.

    --profile asks the engine's own profiler, and the machine for its peak once.
    """
    from edgec.report.bench import bench_table
    from edgec_runtime.bench import bench, row_title, write_report

    bundle = bundle or newest_bundle()
    with display.progress() as progress, progress.step(f"bench {bundle}"):

        def measured(row: dict[str, Any]) -> None:
            progress.say(f"{row_title(row)} {'failed' if 'error' in row else 'measured'}")

        report = bench(bundle, targets, precisions, threads, measured)
    for row in report.measurements:
        if "warning" in row:
            display.warn(f"{row_title(row)}: {row['warning']}")
    if report.measured:
        display.say(f"written: {write_report(report, bundle)}")
    document, parts = report.to_json(), [bench_table(report)]
    if profiled:
        profiles, tables = show_profiles(display, [bundle], report.measurements)
        document, parts = document | {"profiles": profiles}, [*parts, *tables]
    display.result(document, *parts, then=[run_line(bundle)])
    return exit_code(["error" in row for row in report.measurements])
