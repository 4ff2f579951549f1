"""Trials: the accuracy of candidates on both parts of the data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, stdev

from edgec.data import Dataset
from edgec.progress import Progress
from edgec.trial.journal import Journal
from edgec.tune.candidate import Candidate
from edgec.tune.latency import measure
from edgec.tune.workshop import Layers, Workshop, key_of


@dataclass(frozen=True)
class Trials:
    """`tried` are the candidates so far, in their order."""

    workshop: Workshop
    searched: Dataset
    held: Dataset
    journal: Journal
    progress: Progress
    tried: list[Layers] = field(default_factory=list)

    @property
    def fp32(self) -> Layers:
        """All layers in float."""
        return tuple(self.workshop.operators)

    def dice(self, float_layers: Layers) -> dict[str, list[float]]:
        """{"searched", "held"}: Dice of a candidate on each image of both parts."""
        key = f"dice {key_of(float_layers)}"
        if float_layers in self.tried:
            return self.journal.once(key, lambda: self._score(float_layers))
        self.tried.append(float_layers)
        kept = f"{len(float_layers)} of {len(self.fp32)} layers in float"
        with self.progress.step(f"try {self.workshop.precision(float_layers)}, {kept}") as step:
            found = self.journal.once(key, lambda: self._score(float_layers))
            step.note = f"Dice {fmean(found['searched']):.4f} searched, {fmean(found['held']):.4f} held"
        return found

    def lost(self, float_layers: Layers) -> dict[str, list[float]]:
        """{"searched", "held"}: how far its Dice is below fp32's on each image."""
        reference, found = self.dice(self.fp32), self.dice(float_layers)
        return {
            part: [whole - rounded for whole, rounded in zip(reference[part], values, strict=True)]
            for part, values in found.items()
        }

    def worst_drop(self, float_layers: Layers) -> float:
        """The greater of the mean drops on both parts."""
        return max(fmean(values) for values in self.lost(float_layers).values())

    def candidates(self) -> tuple[Candidate, ...]:
        """All that were tried, measured beside fp32."""
        speeds = measure(self.tried, self.fp32, self.workshop, self.journal, self.progress)
        return tuple(self._candidate(layers, speeds[layers]) for layers in self.tried)

    def _score(self, float_layers: Layers) -> dict[str, list[float]]:
        return {
            "searched": self.workshop.dice(float_layers, self.searched),
            "held": self.workshop.dice(float_layers, self.held),
        }

    def _candidate(self, layers: Layers, speed: dict[str, float]) -> Candidate:
        lost = self.lost(layers)
        size = self.journal.once(f"size {key_of(layers)}", lambda: self.workshop.size_bytes(layers))
        return Candidate(
            precision=self.workshop.precision(layers),
            float_layers=layers,
            latency_ms=speed["ms"],
            times_fp32=speed["times"],
            dice=fmean(self.dice(layers)["held"]),
            dice_drop=fmean(lost["held"]),
            search_drop=fmean(lost["searched"]),
            drop_error=half_width([*lost["searched"], *lost["held"]]),
            size_bytes=int(size),
        )


def half_width(values: Sequence[float]) -> float:
    """Of the 95 % interval of their mean, by the normal law: 1.96 standard errors."""
    return 1.96 * stdev(values) / math.sqrt(len(values))
