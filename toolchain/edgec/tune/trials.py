"""Trials: the accuracy of candidates on both parts of the data."""

from dataclasses import dataclass, field

from edgec.data import Dataset
from edgec.progress import Progress
from edgec.tune.candidate import Candidate
from edgec.tune.journal import Journal
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

    def accuracy(self, float_layers: Layers) -> dict[str, float]:
        """{"searched", "held"}: mean Dice of a candidate on both parts; {"size_bytes"} of its files."""
        key = f"accuracy {key_of(float_layers)}"
        if float_layers in self.tried:
            return self.journal.once(key, lambda: self._score(float_layers))
        self.tried.append(float_layers)
        precision = self.workshop.precision(float_layers)
        with self.progress.step(
            f"try {precision}, {len(float_layers)} of {len(self.fp32)} layers in float"
        ) as step:
            found = self.journal.once(key, lambda: self._score(float_layers))
            step.note = f"Dice {found['searched']:.4f} searched, {found['held']:.4f} held"
        return found

    def drops(self, float_layers: Layers) -> tuple[float, float]:
        """(searched, held): how far its Dice is below fp32's."""
        reference, found = self.accuracy(self.fp32), self.accuracy(float_layers)
        return reference["searched"] - found["searched"], reference["held"] - found["held"]

    def candidates(self) -> tuple[Candidate, ...]:
        """All that were tried, measured beside fp32."""
        speeds = measure(self.tried, self.fp32, self.workshop, self.journal, self.progress)
        return tuple(self._candidate(layers, speeds[layers]) for layers in self.tried)

    def _score(self, float_layers: Layers) -> dict[str, float]:
        return {
            "searched": self.workshop.dice(float_layers, self.searched),
            "held": self.workshop.dice(float_layers, self.held),
            "size_bytes": self.workshop.size_bytes(float_layers),
        }

    def _candidate(self, layers: Layers, speed: dict[str, float]) -> Candidate:
        found = self.accuracy(layers)
        search_drop, dice_drop = self.drops(layers)
        return Candidate(
            precision=self.workshop.precision(layers),
            float_layers=layers,
            latency_ms=speed["ms"],
            times_fp32=speed["times"],
            dice=found["held"],
            dice_drop=dice_drop,
            search_drop=search_drop,
            size_bytes=int(found["size_bytes"]),
        )
