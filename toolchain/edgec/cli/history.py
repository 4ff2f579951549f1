"""`edgec history`"""

import shlex
from pathlib import Path

import click

from edgec.cli.bundles import choice_options
from edgec.cli.command import Command
from edgec.cli.display import Display


@click.command(cls=Command, name="history")
@click.argument("file", type=click.Path(path_type=Path))
@choice_options
@click.option("--machine", default="", metavar="DIGEST", help="Only this one, by the start of its digest.")
@click.option(
    "--plot", type=click.Path(path_type=Path), metavar="FOLDER", help="Draw a PNG of each variant into it."
)
@click.pass_obj
def command(
    display: Display,
    /,
    file: Path,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    machine: str,
    plot: Path | None,
) -> int:
    """Show how measurements changed over versions.

    FILE is what `edgec bench --history FILE` wrote. Shows the newest version of each variant beside the run
    before it, and the change points: since which version latency, peak memory, size or Dice is another, by
    how much, and how sure that is. Machines are never mixed.
    """
    from edgec.history import change_points, read_history
    from edgec.report.history import history_document, history_parts
    from edgec.report.trends import draw_trends

    history = read_history(file, targets, precisions, machine)
    changes = [change for series in history for change in change_points(series)]
    for path in [] if plot is None else draw_trends(history, changes, plot):
        display.say(f"written: {path}")
    then = [shlex.join(["edgec", "bench", "--history", str(file)])]
    if plot is None:
        then.append(shlex.join(["edgec", "history", str(file), "--plot", "plots"]))
    display.result(history_document(history, changes), *history_parts(history, changes), then=then)
    return 0
