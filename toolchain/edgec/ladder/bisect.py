"""The first node at which a network parts from another one: both are fed the same tensors, piece by piece."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from edgec.errors import UsageError
from edgec.ladder.cuts import Cuts
from edgec.verify import decibels
from edgec_runtime.engine import Array


@dataclass(frozen=True)
class Parting:
    """A node, called after the tensor that it makes, and how far that is from the predecessor's.

    `operators`: what makes it there. `limit_db`: the least that `snr_db` may be; where no node is below it,
    `found` is False and the node is the worst.
    """

    found: bool
    node: str
    operators: tuple[str, ...]
    snr_db: float
    max_error: float
    limit_db: float
    compared: int


def bisect(expected: Cuts, suspect: Cuts, name: str, image: Array, limit_db: float) -> Parting:
    """Walk both networks from the image (called `name` in both) through the tensors that both have.

    At each, both run their piece from `expected`'s tensors, which are kept only as long as a later piece
    needs them. The limit is of the node's own tensor: its signal-to-noise ratio in dB. Raises UsageError
    where no name is in both, EngineError.
    """
    known = [tensor for tensor in expected.tensors if tensor in set(suspect.tensors)]
    if not known:
        raise UsageError("the two have no tensor of the same name: they were not made from one graph")
    cuts = {name, *known}
    needs = {t: {*expected.reads(t, cuts), *suspect.reads(t, cuts)} for t in known}
    left = Counter(read for reads in needs.values() for read in reads)
    values = {name: image}
    worst: Parting | None = None
    for number, tensor in enumerate(known, 1):
        wanted, found = (
            network.run(tensor, {read: values[read] for read in network.reads(tensor, cuts)})
            for network in (expected, suspect)
        )
        ratio, error = _difference(wanted, found)
        row = Parting(
            not ratio >= limit_db,  # a NaN parts
            tensor,
            suspect.operators(tensor, cuts),
            ratio,
            error,
            limit_db,
            number,
        )
        if row.found:
            return row
        worst = row if worst is None or row.snr_db < worst.snr_db else worst
        values[tensor] = wanted
        left.subtract(needs[tensor])
        values = {key: value for key, value in values.items() if left[key] > 0}
    assert worst is not None
    return replace(worst, compared=len(known))


def _difference(wanted: Array, found: Array) -> tuple[float, float]:
    if wanted.shape != found.shape:
        return -np.inf, np.inf
    exact = wanted.astype(np.float64)
    error = np.abs(exact - found)
    return decibels(float((exact**2).sum()), float((error**2).sum())), float(error.max())
