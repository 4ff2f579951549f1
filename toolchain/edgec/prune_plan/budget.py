"""Budget: how fast the pruned network shall be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """Milliseconds of one image at most (`ms`), or how many times as fast as unpruned (`speedup`).

    One of them is None.
    """

    ms: float | None = None
    speedup: float | None = None

    def times(self, whole_ms: float) -> float:
        """How many times as fast a network must be that takes `whole_ms` unpruned."""
        if self.speedup is not None:
            return self.speedup
        assert self.ms is not None
        return whole_ms / self.ms

    def __str__(self) -> str:
        return f"{self.ms:g} ms" if self.speedup is None else f"{self.speedup:g} times as fast"
