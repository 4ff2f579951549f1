"""Climb: run every step on the same samples and judge it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from edgec.data import Dataset
from edgec.errors import DataError, EdgecError
from edgec.evaluation import score_masks
from edgec.ladder.bisect import Parting, bisect
from edgec.ladder.step import Run, Step
from edgec.learn.metrics import Scores
from edgec.progress import Progress
from edgec.verify import Comparison, compare, graph_limits
from edgec_runtime.engine import Array
from edgec_runtime.format.manifest import InputSpec, OutputSpec
from edgec_runtime.image import prepare
from edgec_runtime.mask import to_mask

Status = Literal["lowest", "holds", "falls", "unknown"]


@dataclass(frozen=True)
class Rung:
    """A step that was climbed.

    `step` compares it with the rung `below`, `whole` with the lowest one; `scores` are on the data set.
    `reasons`: why it falls, or why it is not known. `parting`: the first node that parts, where asked for.
    """

    name: str
    kind: str
    precision: str
    below: str | None
    status: Status
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    step: Comparison | None = None
    whole: Comparison | None = None
    scores: Scores | None = None
    parting: Parting | None = None


@dataclass(frozen=True)
class Ladder:
    """All rungs, each after the one below it.

    `samples` names the images that were compared, `scored_on` the data set with masks, where there is one.
    """

    rungs: tuple[Rung, ...]
    notes: tuple[str, ...]
    samples: str
    scored_on: str | None

    @property
    def holds(self) -> bool | None:
        """Whether every rung holds; None where none falls and some could not be run."""
        found = {rung.status for rung in self.rungs}
        if "falls" in found:
            return False
        return True if "holds" in found and "unknown" not in found else None


@dataclass
class Climber:
    """Climbs the steps in order; the outputs of a rung are kept while others stand on it.

    `images`: prepared, float32 NCHW with a batch of one. `dataset`: with masks, or None. `bisects`: look for
    the first node that parts in each rung that falls.
    """

    steps: Sequence[Step]
    images: Sequence[Array]
    dataset: Dataset | None
    input: InputSpec
    output: OutputSpec
    bisects: bool
    progress: Progress
    _outputs: dict[str, list[Array]] = field(default_factory=dict)
    _rungs: dict[str, Rung] = field(default_factory=dict)

    def climb(self) -> tuple[Rung, ...]:
        """Every rung. What cannot be run is a rung of its own status; raises DataError for the images."""
        self._steps = {step.name: step for step in self.steps}
        waiting = Counter(step.below for step in self.steps)
        lowest = self.steps[0].name
        for step in self.steps:
            with self.progress.step(step.name):
                self._rungs[step.name] = self._climbed(step, lowest)
            waiting.subtract([step.below])
            for name in [name for name in self._outputs if not waiting[name] and name != lowest]:
                del self._outputs[name]
        return tuple(self._rungs.values())

    def _climbed(self, step: Step, lowest: str) -> Rung:
        rung = Rung(step.name, step.kind, step.precision, step.below, "lowest", (), step.notes)
        if step.below is not None and step.below not in self._outputs:
            return replace(rung, status="unknown", reasons=(f"{step.below} could not be run",))
        try:
            with step.open() as run:
                outputs = [run(image) for image in self.images]
                scores = self._scores(run)
        except DataError:
            raise
        except EdgecError as error:
            return replace(rung, status="unknown", reasons=(str(error),))
        self._outputs[step.name] = outputs
        rung = replace(rung, scores=scores)
        if step.below is None:
            return rung
        below = self._outputs[step.below]
        rung = replace(
            rung,
            step=compare(below, outputs, self.output),
            whole=compare(self._outputs[lowest], outputs, self.output),
        )
        reasons = tuple(self._reasons(step, rung, lowest))
        if reasons and self.bisects:
            rung = self._parted(step, rung, below, outputs)
        return replace(rung, status="falls" if reasons else "holds", reasons=reasons)

    def _scores(self, run: Run) -> Scores | None:
        if self.dataset is None:
            return None
        return score_masks(
            lambda image: to_mask(
                run(prepare(image, self.input)), self.output, (image.shape[0], image.shape[1])
            ),
            self.dataset,
        )

    def _reasons(self, step: Step, rung: Rung, lowest: str) -> list[str]:
        """Why a rung falls. Where the one below fell, only what this step itself adds counts."""
        assert step.below is not None
        below, whole = self._rungs[step.below], graph_limits(step.precision)
        against = [(below, rung.step, step.limits)]
        if step.below != lowest and below.status == "holds":
            against.append((self._rungs[lowest], rung.whole, whole))
        found = []
        for other, comparison, limits in against:
            words = limits.broken(comparison) if comparison is not None else []
            drop = other.scores.dice - rung.scores.dice if other.scores and rung.scores else 0.0
            if not drop <= limits.dice_drop:
                words.append(f"Dice falls by {drop:.4f} > {limits.dice_drop:g}")
            if words:
                found.append(f"against {other.name}: {', '.join(words)}")
        return found

    def _parted(self, step: Step, rung: Rung, below: Sequence[Array], outputs: Sequence[Array]) -> Rung:
        """Bisect on the sample that differs most."""
        assert step.below is not None
        expected = self._steps[step.below].cuts
        if expected is None or step.cuts is None:
            return replace(
                rung, notes=(*rung.notes, f"cannot be bisected: {step.below} is not cut into nodes")
            )
        worst = int(np.argmax([np.abs(a - b).max() for a, b in zip(below, outputs, strict=True)]))
        try:
            with self.progress.step(f"bisect {step.name}"):
                limit = step.limits.node_snr_db
                found = bisect(expected(), step.cuts(), self.input.name, self.images[worst], limit)
        except EdgecError as error:
            return replace(rung, notes=(*rung.notes, f"cannot be bisected: {error}"))
        return replace(rung, parting=found)
