"""`bench`: the races, and the report of them."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from edgec_runtime.bench.plan import Entry, plan
from edgec_runtime.bench.report import BenchReport
from edgec_runtime.bench.row import failed_row, row
from edgec_runtime.errors import EngineError
from edgec_runtime.jobs import image_files
from edgec_runtime.machine import cores, environment, moment
from edgec_runtime.measure import Policy
from edgec_runtime.process import VariantProcess
from edgec_runtime.race import TOGETHER, Laps, interleave
from edgec_runtime.watch import Watch

OnRow = Callable[[dict[str, Any]], None]
AnyPath = str | os.PathLike[str]


def bench(
    bundles: AnyPath | Sequence[AnyPath],
    targets: Sequence[str] = (),
    precisions: Sequence[str] = (),
    threads: int | Sequence[int] | None = None,
    on_row: OnRow | None = None,
    *,
    batches: Sequence[int] = (1,),
    seconds: float = 1.0,
    images: Path | None = None,
) -> BenchReport:
    """Measure the variants of `targets` in `precisions` (none named: all) of one bundle or several.

    All are interleaved: TOGETHER at a time beside the first of all, which is in every race and with which
    each is compared. `threads`: the engine's, by default one for each core. `batches`: images of a run.
    `seconds`: how long each runs at least. `images`: a folder whose images go through the whole Session, from
    pixels to mask. `on_row` is called with each row when it is done.

    Raises BundleError, VariantError for a target or precision that a bundle does not hold, UsageError,
    InputError for a folder without images. A variant that fails is a row that says why.
    """
    paths = [bundles] if isinstance(bundles, str | os.PathLike) else bundles
    counts = [threads] if isinstance(threads, int) else threads or [cores()]
    if images is not None:
        image_files(images)
    entries = plan(paths, targets, precisions, counts, batches, images)
    before, watch = environment(), Watch()
    rows: list[dict[str, Any]] = []
    for start in range(1, max(2, len(entries)), TOGETHER):
        found = _race([entries[0], *entries[start : start + TOGETHER]], Policy(seconds=seconds))
        for each in found[1 if rows else 0 :]:
            rows.append(each)
            if on_row is not None:
                on_row(each)
    record = before | {"after": moment()}
    return BenchReport(entries[0].bundle, record, tuple(rows), tuple(watch.doubts()))


def _race(entries: Sequence[Entry], policy: Policy) -> list[dict[str, Any]]:
    """A row for each; the processes live as long as this race."""
    processes: dict[int, VariantProcess] = {}
    laps: dict[int, Laps] = {}
    with ExitStack() as stack:
        for place, entry in enumerate(entries):
            try:
                processes[place] = stack.enter_context(entry.start())
            except EngineError as error:
                laps[place] = Laps(error=error)
        runs = {place: process.run for place, process in processes.items()}
        laps |= interleave(runs, lambda found: _enough(found, policy), policy)
    base = None if laps[0].error is not None else laps[0].medians / entries[0].batch
    rows = []
    for place, entry in enumerate(entries):
        found = laps[place]
        if found.error is not None:
            rows.append(failed_row(entry, str(found.error)))
        else:
            rows.append(row(entry, processes[place], found, base if place else None))
    return rows


def _enough(laps: Mapping[int, Laps], policy: Policy) -> bool:
    return all(policy.enough(found.runs, found.seconds, len(found.turns)) for found in laps.values())
