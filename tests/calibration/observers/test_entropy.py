import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_calibration.observers.entropy import Entropy, sums_of
from edgec_calibration.observers.entropy import divergence as fast_divergence
from edgec_calibration.observers.grid import levels
from edgec_calibration.observers.histogram import ZERO, Histogram


def divergence(counts: np.ndarray, first: int, last: int, edges: np.ndarray) -> float:
    """KL(P || Q) bin by bin, as Migacz's slides have it; infinite with fewer than two occupied bins."""
    places = [place for place in range(first, last + 1) if counts[place]]
    if len(places) < 2:
        return math.inf
    wanted = {place: float(counts[place]) for place in places}
    wanted[places[0]] += counts[: places[0]].sum()
    wanted[places[-1]] += counts[places[-1] + 1 :].sum()
    found: dict[int, float] = {}
    for start, end in pairwise(edges):
        inside = [place for place in places if start <= place < end]
        for place in inside:
            found[place] = sum(counts[other] for other in inside) / len(inside)
    total, kept = sum(wanted.values()), sum(found.values())
    return sum(
        wanted[place] / total * math.log(wanted[place] / total / (found[place] / kept)) for place in places
    )


@given(data=st.data(), seed=st.integers(0, 1000), spread=st.sampled_from([0.02, 0.3, 2.0]))
def test_running_sums_give_what_the_bins_one_by_one_give(
    data: st.DataObject, seed: int, spread: float
) -> None:
    values = np.random.default_rng(seed).normal(scale=spread, size=200).astype(np.float32)
    histogram = Histogram()
    histogram.update(values)
    counts = histogram.counts.copy()
    counts[ZERO] = 0
    low, high = histogram.seen.range()
    low *= data.draw(st.sampled_from([0.1, 0.5, 1.0]))
    high *= data.draw(st.sampled_from([0.1, 0.5, 1.0]))
    edges = levels(low, np.array([high]), histogram.width).edges
    first, last = histogram.bin_of(low), histogram.bin_of(high)
    wanted = divergence(counts, first, last, edges[0])
    found = fast_divergence(sums_of(counts), first, np.array([last]), edges)
    assert found[0] == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_the_zeros_behind_a_relu_do_not_matter() -> None:
    values = np.abs(np.random.default_rng(0).normal(size=100_000)).astype(np.float32)
    few, many = Entropy(), Entropy()
    few.update(values)
    many.update(np.concatenate([values, np.zeros(1_000_000, np.float32)]))
    assert few.range() == many.range()


def test_values_too_few_to_judge_are_not_clipped() -> None:
    observer = Entropy()
    observer.update(np.array([-3.0, 0.0, 1.0, 5.0], np.float32))
    assert observer.range() == (-3.0, 5.0)
