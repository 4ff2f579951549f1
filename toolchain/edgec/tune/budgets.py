"""Budgets: what a candidate may cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from edgec.tune.candidate import Candidate

MIB = 1024 * 1024


@dataclass(frozen=True)
class Budgets:
    """`max_drop` of Dice against fp32, `ms` of median latency, `mib` of the engine's files.

    None is no limit.
    """

    max_drop: float
    ms: float | None = None
    mib: float | None = None

    def missed(self, candidate: Candidate) -> tuple[str, ...]:
        """What it misses, in words with both numbers; nothing where it meets all."""
        return tuple(
            f"{name} {value:{form}} of {limit:g}"
            for name, value, limit, form in self._rows(candidate)
            if value > limit
        )

    def chosen(self, candidates: Sequence[Candidate]) -> Candidate | None:
        """The fastest of those that meet all, None where none does."""
        fit = [candidate for candidate in candidates if not self.missed(candidate)]
        return max(fit, key=lambda candidate: candidate.times_fp32, default=None)

    def nearest(self, candidates: Sequence[Candidate]) -> Candidate:
        """The one whose excesses, each in parts of its budget, have the least sum."""
        return min(candidates, key=self._excess)

    def _excess(self, candidate: Candidate) -> float:
        rows = self._rows(candidate)
        return sum(max(0.0, value - limit) / max(limit, 1e-9) for _, value, limit, _ in rows)

    def _rows(self, candidate: Candidate) -> list[tuple[str, float, float, str]]:
        """(name, value, limit, how to write the value) of each budget that is set."""
        rows = [
            ("Dice drop", candidate.worst_drop, self.max_drop, ".5f"),
            ("ms", candidate.latency_ms, self.ms, ".2f"),
            ("MiB", candidate.size_bytes / MIB, self.mib, ".2f"),
        ]
        return [(name, value, limit, form) for name, value, limit, form in rows if limit is not None]
