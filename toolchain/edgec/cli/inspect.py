"""`edgec inspect`"""

from pathlib import Path

import click

from edgec.cli.bundles import bench_line, bundle_argument, exit_code, inspect_line, variant_options
from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="inspect")
@bundle_argument(required=True)
@click.option("--ops", is_flag=True, help="The operators too, and each finding by name with its cost.")
@variant_options
@click.pass_obj
def command(
    display: Display,
    /,
    bundle: Path,
    ops: bool,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
) -> int:
    """Show what each engine makes of BUNDLE's networks.

    Asked of the engine's own optimized graph: which operators run in which type, the float islands between
    integer operators, and the conversions and changes of layout. Times are the engine's own profiler's, at
    one thread unless --threads says otherwise; LiteRT tells none. Exit code 1: some variant could not be
    loaded here, 2: none could; the table says why.
    """
    from edgec.inspection import inspect_bundle
    from edgec.report.inspect import inspect_document, inspect_parts

    with display.progress() as progress:
        rows = inspect_bundle(bundle, targets, precisions, threads or 1, progress)
    then = [bench_line(bundle)] if ops else [inspect_line(bundle), bench_line(bundle)]
    name = str(bundle)
    display.result(inspect_document(name, rows, ops), *inspect_parts(name, rows, ops), then=then)
    return exit_code([row.reason is not None for row in rows])
