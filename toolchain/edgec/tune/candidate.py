"""Candidate: one choice of layers that stay in float, and what it was measured to be."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgec_runtime.format.manifest import Precision


@dataclass(frozen=True)
class Candidate:
    """`float_layers` in the network's order; all of them is fp32, none of them int8-static.

    `times_fp32`: how many times as fast as fp32, measured in the same race. `latency_ms`: of one image on
    this machine, fp32's median over all races divided by that. `dice`: mean on the held images; `dice_drop`
    and `search_drop`: how far it is below fp32's there, and on the images that were searched on;
    `drop_error`: half the width of the 95 % interval of the mean drop over all these images. `size_bytes`: of
    the engine's files.
    """

    precision: Precision
    float_layers: tuple[str, ...]
    latency_ms: float
    times_fp32: float
    dice: float
    dice_drop: float
    search_drop: float
    drop_error: float
    size_bytes: int

    @property
    def worst_drop(self) -> float:
        """The greater of both drops: what is not lost on one part by luck is lost on the other."""
        return max(self.dice_drop, self.search_drop)

    @property
    def likely_drop(self) -> float:
        """What it may lose on other images of this kind: the worse part's drop and the error."""
        return self.worst_drop + self.drop_error

    def _costs(self) -> tuple[float, float, int]:
        return (-self.times_fp32, self.worst_drop, self.size_bytes)

    def dominates(self, other: "Candidate") -> bool:
        """Whether it is better in latency, drop or size and worse in none."""
        pairs = list(zip(self._costs(), other._costs(), strict=True))
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def pareto_front(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Those that no other dominates, the fastest first."""
    front = [one for one in candidates if not any(other.dominates(one) for other in candidates)]
    return tuple(sorted(front, key=Candidate._costs))
