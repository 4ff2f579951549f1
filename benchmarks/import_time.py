"""What it costs to import the runtime, as a multiple of importing numpy.

    python benchmarks/import_time.py [--rounds 40]

Each round starts a fresh process for every candidate, in random order. Read the ratios: medians of the
rounds' own ratios. The limit is 1.3.
"""

import argparse
import random
import statistics
import subprocess
import sys

CANDIDATES = {
    "numpy": "import numpy",
    "edgec_runtime": "import edgec_runtime",
    "edgec_runtime.Session": "from edgec_runtime import Session",
}
TIMED = "from time import perf_counter; start = perf_counter(); {}; print(1e3 * (perf_counter() - start))"


def milliseconds(statement: str) -> float:
    command = [sys.executable, "-c", TIMED.format(statement)]
    return float(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=40)
    rounds = parser.parse_args().rounds
    order = random.Random(0)
    times: dict[str, list[float]] = {name: [] for name in CANDIDATES}
    for number in range(-2, rounds):  # two rounds to fill the disk's cache
        for name in order.sample(list(CANDIDATES), len(CANDIDATES)):
            found = milliseconds(CANDIDATES[name])
            if number >= 0:
                times[name].append(found)
    for name, values in times.items():
        ratios = [value / base for value, base in zip(values, times["numpy"], strict=True)]
        print(
            f"{name:24}{statistics.median(values):8.1f} ms{min(values):8.1f} ms at least"
            f"{statistics.median(ratios):8.2f} times numpy"
        )


if __name__ == "__main__":
    main()
