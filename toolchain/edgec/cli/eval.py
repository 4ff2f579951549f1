"""`edgec eval`"""

from pathlib import Path

import click

from edgec.cli.bundles import bench_line, bundle_argument, exit_code, newest_bundle, variant_options
from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="eval")
@bundle_argument(required=False)
@click.option(
    "--data", default="nuclei#val", show_default=True, help="A data set with masks, or a folder of one."
)
@variant_options
@click.pass_obj
def command(
    display: Display,
    /,
    bundle: Path | None,
    data: str,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    threads: int | None,
) -> int:
    """Score a bundle's variants on images with known masks.

    BUNDLE is a .edgec file or a folder; the newest of artifacts/ where none is named. Exit code 1: some
    variant could not run, 2: none could; the table says why.
    """
    from edgec.evaluation import evaluate
    from edgec.report.eval import eval_document, eval_table

    bundle = bundle or newest_bundle()
    with display.progress() as progress:
        results = evaluate(bundle, data, targets, precisions, threads, progress=progress)
    table = eval_table(results, f"{bundle} on {data}")
    display.result(eval_document(results), table, then=[bench_line(bundle)])
    return exit_code([row.metrics is None for row in results])
