"""Memory bandwidth, measured in this process: `python -m edgec.roofline.bandwidth REQUEST`."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np

from edgec.fresh import serve

BYTES = 256 * 2**20  # far more than a cache
RUNS = 8


def bandwidth(threads: int) -> float:
    """10^9 bytes a second, read and written, of the fastest copy of a large array by `threads` threads."""
    source, target = np.ones(BYTES, np.uint8), np.zeros(BYTES, np.uint8)
    parts = list(zip(np.array_split(source, threads), np.array_split(target, threads), strict=True))
    times = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(RUNS):
            start = perf_counter()
            # numpy copies without holding the interpreter's lock.
            list(pool.map(lambda part: np.copyto(part[1], part[0]), parts))
            times.append(perf_counter() - start)
    return round(2 * BYTES / min(times) / 1e9, 2)


if __name__ == "__main__":
    serve(bandwidth)
