"""`edgec gate`"""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edgec.cli.bundles import choice_options
from edgec.cli.command import Command
from edgec.cli.display import Display
from edgec.cli.words import METRICS, Parsed, Word
from edgec.gate.limits import Limits, read_allowance, read_drop, read_share

if TYPE_CHECKING:
    from edgec_runtime.gate import Metric

CODES = {"pass": 0, "fail": 1, "cannot tell": 3}


@click.command(cls=Command, name="gate")
@click.argument("candidate", type=click.Path(path_type=Path))
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="BUNDLE|JSON",
    help="A bundle, which is run beside CANDIDATE, or the JSON of `edgec bench`, measured on this very "
    "machine. Default: none, only the budgets of the targets and of the build are checked.",
)
@choice_options
@click.option(
    "--metric",
    type=Word("metric", METRICS),
    default="latency",
    help="What the slowdown is of; instructions are counted on the target's processor, emulated: exact on "
    "any machine.  [default: latency]",
)
@click.option(
    "--threads", type=click.IntRange(1, 1024), help="Threads of the engine. Default: 1, see docs/ci.md."
)
@click.option(
    "--max-slowdown", type=Parsed("3%|none", read_share), default="3%", show_default=True, help="Of a run."
)
@click.option(
    "--max-memory",
    type=Parsed("5%|+10MiB|none", read_allowance),
    default="5%",
    show_default=True,
    help="More of memory, at the peak of a fresh process.",
)
@click.option(
    "--max-size",
    type=Parsed("5%|+1MiB|none", read_allowance),
    default="5%",
    show_default=True,
    help="More of files.",
)
@click.option(
    "--max-dice-drop",
    type=Parsed("0.005|none", read_drop),
    default="0.005",
    show_default=True,
    help="Of the Dice that the builds recorded, or on --data.",
)
@click.option("--data", metavar="DATA", help="Images with masks to score both bundles on.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write JUnit XML, too.")
@click.option(
    "--markdown", type=click.Path(path_type=Path), metavar="FILE", help="Write a summary in Markdown, too."
)
@click.pass_obj
def command(
    display: Display,
    /,
    candidate: Path,
    baseline: Path | None,
    targets: tuple[str, ...],
    precisions: tuple[str, ...],
    metric: str,
    threads: int | None,
    max_slowdown: Any,
    max_memory: Any,
    max_size: Any,
    max_dice_drop: Any,
    data: str | None,
    junit: Path | None,
    markdown: Path | None,
) -> int:
    """Say whether CANDIDATE is slower, larger or less accurate than a baseline.

    Each variant of both runs beside the other, in pairs of fresh processes, until the interval of the
    slowdown lies on one side of what is allowed; a fail is told only when a rerun says so, too. Exit code 1:
    something fails, 3: something cannot be told, for all the noise of this machine.
    """
    from edgec.gate.run import Request, gate
    from edgec.report.gate import gate_document, gate_table
    from edgec.report.junit import junit_xml
    from edgec.report.markdown import gate_markdown
    from edgec.report.written import check_writable, write_text

    for path in (junit, markdown):
        check_writable(path)
    limits = Limits(max_slowdown, max_memory, max_size, max_dice_drop)
    counted = _counted(metric, baseline)
    request = Request(candidate, baseline, targets, precisions, limits, threads, data, counted)
    with display.progress() as progress:
        report = gate(request, progress)
    if junit is not None:
        write_text(junit, junit_xml(report))
    if markdown is not None:
        write_text(markdown, gate_markdown(report))
    for variant in report.new:
        display.warn(f"{variant} is new: the baseline has nothing to compare it with")
    display.result(gate_document(report), gate_table(report), then=_next(candidate, baseline))
    return CODES[report.answer]


def _counted(metric: str, baseline: Path | None) -> "Metric | None":
    """The metric, or None for latency, which the gate itself makes."""
    if metric == "latency":
        return None
    from edgec.emulator import Instructions
    from edgec.errors import UsageError
    from edgec.usercache import cache_folder

    if baseline is None or baseline.suffix == ".json":
        raise UsageError("--metric instructions counts two bundles: name one by --baseline")
    return Instructions(cache_folder())


def _next(candidate: Path, baseline: Path | None) -> list[str]:
    bundles = [candidate] if baseline is None or baseline.suffix == ".json" else [baseline, candidate]
    return [shlex.join(["edgec", "bench", *map(str, bundles)])]
