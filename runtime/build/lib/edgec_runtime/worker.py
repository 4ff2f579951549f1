"""The fresh process in which one variant runs to be measured: `python -m edgec_runtime.worker REQUEST`.

REQUEST is a JSON object of the arguments of `serve` but the last. The first line of the answer, on stdout, is
what loading told: {loaded: {...}} or {error: sentence}. Then each line on stdin is a number of runs, answered
by an object, see `_answer`. See process.py for the other end.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from time import perf_counter_ns, process_time_ns
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import Choice, choose
from edgec_runtime.energy import EnergyMeter
from edgec_runtime.errors import EdgecError, UsageError
from edgec_runtime.jobs import STAGES, Job, golden_job, image_job, read_images
from edgec_runtime.selftest import read_tensor
from edgec_runtime.sensors import clock_mhz
from edgec_runtime.session import Session
from edgec_runtime.usage import memory_mib, preemptions, processor_ms


def serve(
    bundle: str,
    target: str,
    precision: str,
    profile: str | None,
    threads: int | None,
    batch: int,
    images: str | None,
    orders: Iterable[str],
) -> Iterator[dict[str, Any]]:
    """The answers, the first when the variant is loaded and has run once; the rest as they are asked for.

    `batch`: images of one run. `images`: a folder of those to segment, else the golden input is run. Only
    meaningful in a process that has done nothing else. Raises EdgecError.
    """
    start = perf_counter_ns()
    with Bundle.open(Path(bundle)) as opened:
        choice = choose(opened, target, precision, profile)
        _check_batch(choice, batch)
        with suppress(ImportError):  # which loading tells better
            import_module(choice.implementation.imports)
        memory = {"imported": memory_mib("VmRSS")}
        session = Session.load(opened, choice, threads)
        load_ms = (perf_counter_ns() - start) / 1e6
        memory["after_load"] = memory_mib("VmRSS")
        golden = read_tensor(opened, opened.manifest.golden_input)
    with session:
        job = image_job(session, read_images(Path(images))) if images else golden_job(session, golden, batch)
        first_ms = sum(job())
        yield {
            "loaded": {
                "precision_in_force": session.precision_in_force,
                "threads": session.threads,
                "load_ms": round(load_ms, 4),
                "first_ms": round(first_ms, 4),
                "memory_mib": memory | {"after_first": memory_mib("VmRSS")},
            }
        }
        meter = EnergyMeter.find()
        for order in orders:
            yield _answer(job, int(order), meter)


def _check_batch(choice: Choice, batch: int) -> None:
    if batch > 1 and not choice.implementation.takes_batches:
        name = choice.variant.engine
        raise UsageError(
            f"{name} runs a batch of {batch} one image after the other, which tells no more than one image "
            "does: measure it with --batch 1"
        )


def _answer(job: Job, count: int, meter: EnergyMeter | None) -> dict[str, Any]:
    """What `count` runs told.

    {ms, processor_ms, preemptions, stages_ms, cpu_ms: {user, system}, energy_mj, mhz, memory_mib: {steady,
    peak, pss}}. `ms`: of each run, as are `processor_ms`, of all threads, and `preemptions`, how often
    something else took the processor; `stages_ms`: of each stage of each run where images are segmented.
    `cpu_ms` and energy are of all runs together; null stands for what this machine does not tell.
    """
    before = processor_ms()
    if meter is not None:
        meter.start()
    watched = [_watched(job) for _ in range(count)]
    energy = None if meter is None else meter.stop()
    after = processor_ms()
    runs, processor, taken = zip(*watched, strict=True)
    parts = list(zip(*runs, strict=True))
    spent = None if before is None or after is None else (after[0] - before[0], after[1] - before[1])
    return {
        "ms": [sum(run) for run in runs],
        "processor_ms": processor,
        "preemptions": taken,
        "stages_ms": dict(zip(STAGES, parts, strict=True)) if len(parts) > 1 else None,
        "cpu_ms": None if spent is None else {"user": spent[0], "system": spent[1]},
        "energy_mj": energy,
        "mhz": clock_mhz(),
        "memory_mib": {
            "steady": memory_mib("VmRSS"),
            "peak": memory_mib("VmHWM"),
            "pss": memory_mib("Pss"),
        },
    }


def _watched(job: Job) -> tuple[tuple[float, ...], float, int | None]:
    """One run: milliseconds of its stages, of the processor, and how often that was taken from it."""
    taken, start = preemptions(), process_time_ns()
    stages = job()
    spent, now = process_time_ns() - start, preemptions()
    return stages, spent / 1e6, None if taken is None or now is None else now - taken


def main() -> None:
    """Answer on stdout, which the engines may not write to."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(answer_to, "w") as out:
        try:
            for answer in serve(**json.loads(sys.argv[1]), orders=sys.stdin):
                print(json.dumps(answer), file=out, flush=True)
        except EdgecError as error:
            print(json.dumps({"error": str(error)}), file=out)


if __name__ == "__main__":
    main()
