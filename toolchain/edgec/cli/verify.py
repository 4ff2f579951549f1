"""`edgec verify`"""

from pathlib import Path

import click

from edgec.cli.bundles import bench_line, bundle_argument, choice_options, eval_line, newest_bundle
from edgec.cli.command import Command
from edgec.cli.display import Display

CODES = {True: 0, False: 1, None: 3}


@click.command(cls=Command, name="verify")
@bundle_argument(required=False)
@click.option(
    "--data",
    metavar="DATA",
    help="Images to compare on, and to score on where they have masks. Default: those that the build scored "
    "on where they are shipped, else the bundle's golden input.",
)
@click.option("--model", metavar="MODEL", help="The bundle's network again, where it is your own.")
@click.option("--checkpoint", type=click.Path(path_type=Path), help="Its weights again.")
@click.option("--calibration", metavar="DATA", help="The images that it was calibrated on, where your own.")
@choice_options
@click.option("--samples", type=click.IntRange(1), default=8, show_default=True, help="Images to compare.")
@click.option("--bisect", is_flag=True, help="Name the first node that parts in each rung that falls.")
@click.pass_obj
def command(
    display: Display,
    /,
    bundle: Path | None,
    data: str | None,
    model: str | None,
    checkpoint: Path | None,
    calibration: str | None,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    samples: int,
    bisect: bool,
) -> int:
    """Compare a bundle with its source, step by step.

    The same images run through torch, the exported, simplified and quantized graph, and each variant of
    BUNDLE (the newest of artifacts/ where none is named); each is a rung of the ladder. Exit code 1: a rung
    falls, 3: some rung could not be run; the table says which and why.
    """
    from edgec.ladder import verify
    from edgec.report.verify import parting_lines, verify_document, verify_table

    bundle = bundle or newest_bundle()
    with display.progress() as progress:
        ladder = verify(
            bundle,
            model=model,
            checkpoint=checkpoint,
            calibration=calibration,
            data=data,
            targets=targets,
            precisions=precisions,
            samples=samples,
            bisect=bisect,
            progress=progress,
        )
    for note in ladder.notes:
        display.warn(note)
    found = parting_lines(ladder) if bisect else []
    then = [eval_line(bundle, ladder.scored_on or "DATA"), bench_line(bundle)]
    display.result(verify_document(ladder, str(bundle)), verify_table(ladder, str(bundle)), *found, then=then)
    return CODES[ladder.holds]
