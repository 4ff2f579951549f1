"""`edgec emulator`"""

import shlex
from pathlib import Path

import click

from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.words import Word


@click.command(cls=Command, name="emulator")
@click.argument("action", required=False, metavar="[setup]", type=Word("action", ["setup"]))
@click.option(
    "--cache",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for it. Default: $EDGEC_CACHE, else edgec in your cache folder.",
)
@click.pass_obj
def command(display: Display, /, action: str | None, cache: Path | None) -> None:
    """Set up, or show, the emulated processors.

    `edgec emulator setup` downloads Python and the engines for arm64, through the package sources of this
    machine's own apt and pip, compiles the counter of instructions, and starts the engines on each processor.
    What is there already is kept. It installs nothing: what the system lacks is named. Without `setup` the
    command only looks.
    """
    from edgec.emulator import prepare, status
    from edgec.report.emulator import status_document, status_table
    from edgec.usercache import cache_folder

    folder = cache_folder(cache)
    if action == "setup":
        with display.progress() as progress:
            found = prepare(folder, progress)
    else:
        found = status(folder)
    if found.missing:
        display.warn(found.missing)
    named = f"EDGEC_CACHE={shlex.quote(str(folder))} " if cache else ""
    bench = f"{named}edgec bench BUNDLE --metric instructions --target raspberry-pi-4"
    setup = f"edgec emulator setup{f' --cache {shlex.quote(str(folder))}' if cache else ''}"
    display.result(
        status_document(found), str(folder), status_table(found), then=[bench if found.ready else setup]
    )
