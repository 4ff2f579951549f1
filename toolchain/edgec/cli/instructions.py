"""`edgec bench --metric instructions`"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from edgec.cli.bundles import bench_line, exit_code
from edgec.cli.display import Display
from edgec.errors import UsageError

_OF_TIME = ("threads", "batches", "seconds", "images", "device", "profiled", "history")


def show_instructions(
    display: Display, bundles: Sequence[Path], targets: Sequence[str], precisions: Sequence[str]
) -> int:
    """Count, show; gives the exit code. Raises UsageError for options that mean nothing here."""
    _refuse_options()
    from edgec.emulator import bench_instructions
    from edgec.report.emulator import instructions_table
    from edgec.usercache import cache_folder
    from edgec_runtime.bench import row_title

    with display.progress() as progress, progress.step(f"count {', '.join(map(str, bundles))}"):

        def counted(row: dict[str, Any]) -> None:
            progress.say(f"{row_title(row)} {'failed' if 'error' in row else 'counted'}")

        report = bench_instructions(bundles, cache_folder(), targets, precisions, counted)
    for sentence in report.sentences():
        display.warn(sentence)
    display.result(report.to_json(), instructions_table(report), then=[bench_line(bundles[0])])
    return exit_code(["error" in row for row in report.measurements])


def _refuse_options() -> None:
    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is not ParameterSource.DEFAULT
        if option.name in _OF_TIME and given:
            raise UsageError(
                f"{option.opts[-1]} means nothing with --metric instructions: "
                "one image on one thread is counted"
            )
