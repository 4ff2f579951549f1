"""The fresh process in which one variant is measured: `python -m edgec_runtime.worker REQUEST`.

REQUEST is a JSON object {bundle, target, precision, threads}; the answer is one on stdout: {row: ...} or
{error: sentence}.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.errors import EdgecError
from edgec_runtime.measure import Policy, measure, timed
from edgec_runtime.selftest import read_tensor
from edgec_runtime.session import Session


def measure_variant(bundle: str, target: str, precision: str, threads: int | None) -> dict[str, Any]:
    """The part of a bench row that only this process can know; see bench.py for the keys.

    Only meaningful in a process that has done nothing else. Raises EdgecError.
    """
    start = perf_counter_ns()
    with Bundle.open(Path(bundle)) as opened:
        session = Session.load(opened, choose(opened, target, precision), threads)
        load_ms = (perf_counter_ns() - start) / 1e6
        after_load = memory_mib("VmRSS")
        golden = read_tensor(opened, opened.manifest.golden_input)[:1]
    with session:
        feeds = {session.manifest.input.name: golden}
        first_ms = timed(lambda: session.run(feeds))
        latency = measure(lambda: session.run(feeds), Policy())
        return {
            "precision_in_force": session.precision_in_force,
            "threads": session.threads,
            "load_ms": round(load_ms, 4),
            "first_ms": round(first_ms, 4),
            "latency_ms": asdict(latency),
            "memory_mib": {"peak": memory_mib("VmHWM"), "after_load": after_load},
        }


def memory_mib(key: str) -> float | None:
    """VmHWM (the peak) or VmRSS (now) of this process in MiB; None where the system does not say.

    Not ru_maxrss: a child inherits its parent's.
    """
    try:
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return round(int(found[0]) / 1024, 1) if found else None


def main() -> None:
    """Answer on stdout, which the engines may not write to."""
    answer_to = os.dup(1)
    os.dup2(2, 1)
    try:
        answer: dict[str, Any] = {"row": measure_variant(**json.loads(sys.argv[1]))}
    except EdgecError as error:
        answer = {"error": str(error)}
    with os.fdopen(answer_to, "w") as out:
        json.dump(answer, out)


if __name__ == "__main__":
    main()
