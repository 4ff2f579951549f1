"""Ranges: what values each tensor of a graph takes on real samples."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ranges:
    """Tensor name -> (low, high) in the tensor's own units.

    `method` names the observer, `graph_sha256` and `samples_sha256` what was observed.
    """

    tensors: dict[str, tuple[float, float]]
    method: str
    graph_sha256: str
    samples_sha256: str
