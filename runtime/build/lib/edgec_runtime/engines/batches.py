"""Batches for engines whose networks hold one image."""

from collections.abc import Callable, Mapping

import numpy as np

from edgec_runtime.engine import Tensor

Run = Callable[[Mapping[str, Tensor]], dict[str, Tensor]]


def one_by_one(run: Run, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`run` on each image of the batch (the first axis) in turn, the answers put together again."""
    count = len(next(iter(feeds.values())))
    if count == 1:
        return run(feeds)
    rows = [run({name: value[i : i + 1] for name, value in feeds.items()}) for i in range(count)]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
