"""The fresh process in which one variant runs to be measured: `python -m edgec_runtime.worker REQUEST`.

REQUEST is a JSON object {bundle, target, precision, profile, threads}. The first line of the answer, on
stdout, is what loading told: {loaded: {...}} or {error: sentence}. Then each line on stdin is a number of
runs, answered by {ms: [...], peak: MiB}. See process.py for the other end.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.errors import EdgecError
from edgec_runtime.measure import timed
from edgec_runtime.selftest import read_tensor
from edgec_runtime.session import Session


def serve(
    bundle: str,
    target: str,
    precision: str,
    profile: str | None,
    threads: int | None,
    orders: Iterable[str],
) -> Iterator[dict[str, Any]]:
    """The answers, the first when the variant is loaded and has run once; the rest as they are asked for.

    Only meaningful in a process that has done nothing else. Raises EdgecError.
    """
    start = perf_counter_ns()
    with Bundle.open(Path(bundle)) as opened:
        session = Session.load(opened, choose(opened, target, precision, profile), threads)
        load_ms = (perf_counter_ns() - start) / 1e6
        after_load = memory_mib("VmRSS")
        golden = read_tensor(opened, opened.manifest.golden_input)[:1]
    with session:
        feeds = {session.manifest.input.name: golden}

        def run() -> object:
            return session.run(feeds)

        first_ms = timed(run)
        yield {
            "loaded": {
                "precision_in_force": session.precision_in_force,
                "threads": session.threads,
                "load_ms": round(load_ms, 4),
                "first_ms": round(first_ms, 4),
                "after_load": after_load,
            }
        }
        for order in orders:
            yield {"ms": [timed(run) for _ in range(int(order))], "peak": memory_mib("VmHWM")}


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
    with os.fdopen(answer_to, "w") as out:
        try:
            for answer in serve(**json.loads(sys.argv[1]), orders=sys.stdin):
                print(json.dumps(answer), file=out, flush=True)
        except EdgecError as error:
            print(json.dumps({"error": str(error)}), file=out)


if __name__ == "__main__":
    main()
