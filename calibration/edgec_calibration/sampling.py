"""Which of many images to calibrate on."""

from collections.abc import Sequence

import numpy as np


def stratified(brightness: Sequence[float], count: int, seed: int = 0) -> list[int]:
    """The places of `count` samples that cover dark to bright, in rising order; all where there are fewer.

    The samples, sorted by `brightness`, are cut into `count` parts that are as equal as can be, and one is
    drawn from each. So the rare very dark and very bright images, which stretch the ranges, are there in
    their share, and the same seed draws the same ones.
    """
    order = np.argsort(np.asarray(brightness), kind="stable")
    if len(order) <= count:
        return list(range(len(order)))
    random = np.random.default_rng(seed)
    return sorted(int(random.choice(part)) for part in np.array_split(order, count))
