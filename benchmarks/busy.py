"""Whether other work on one core decides which of two networks is faster.

    python benchmarks/busy.py BASE.edgec OTHER.edgec [--target cpu] [--precision int8-static] [--races 6]

A process keeps one core busy at the lowest priority, as a training in the background does. Beside it the two
are raced on as many threads as there are cores, several times each: with threads where the scheduler puts
them, and as `race_processes` keeps them, each on a core of its own. Tells how many times as fast OTHER is.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import click

from edgec.report.tables import console_table
from edgec_runtime.machine import cores
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import Ratio, Times, race, race_processes, ratio

Starts = Mapping[str, Callable[[], VariantProcess]]

BUSY = """
import os
from contextlib import suppress
os.nice(19)
with suppress(OSError), open("/proc/self/autogroup", "w") as group:
    group.write("19")  # a session of its own is a group of its own, whose priority is what counts
while True:
    pass
"""


@contextmanager
def one_core_busy() -> Iterator[None]:
    """The last one that may be used."""
    with subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True) as process:
        os.sched_setaffinity(process.pid, {max(os.sched_getaffinity(0))})
        try:
            yield
        finally:
            process.kill()


def race_anywhere(starts: Starts) -> dict[str, Times]:
    """`race_processes` with the threads where the scheduler puts them."""
    with ExitStack() as stack:
        processes = {name: stack.enter_context(start()) for name, start in starts.items()}
        return race({name: process.run for name, process in processes.items()})


@click.command()
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("other", type=click.Path(path_type=Path))
@click.option("--target", default="cpu", show_default=True)
@click.option("--precision", default="int8-static", show_default=True)
@click.option("--races", default=6, show_default=True)
def main(base: Path, other: Path, target: str, precision: str, races: int) -> None:
    paths = {"base": base, "other": other}
    starts = {name: partial(VariantProcess, path, target, precision, cores()) for name, path in paths.items()}
    rows: list[tuple[Ratio, Ratio]] = []
    with one_core_busy():
        for _ in range(races):
            found = race_anywhere(starts), race_processes(starts)
            rows.append((ratio(*found[0].values()), ratio(*found[1].values())))
    table = [[str(place), str(anywhere), str(kept)] for place, (anywhere, kept) in enumerate(rows, 1)]
    console_table(["race", "where the scheduler puts them", "a core each"], table)


if __name__ == "__main__":
    main()
