"""Workshop: candidates pruned, judged, built for one target and raced; the Lab of a real network."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path

from torch import nn

from edgec.data import Split
from edgec.learn.batches import endless_batches
from edgec.learn.checkpoint import write_checkpoint
from edgec.learn.fit import description_of
from edgec.learn.judging import judged
from edgec.learn.prune.find import Ranking, example_of, find_masks, rank
from edgec.learn.prune.groups import coupled_groups
from edgec.learn.prune.masks import Masks
from edgec.learn.prune.prune import prune
from edgec.learn.prune.recalibrate import recalibrate
from edgec.learn.task import SegmentationTask
from edgec.learn.trainer import settings
from edgec.progress import Progress
from edgec.prune_plan.units import WHOLE, Ratios, block_ratios, joined_blocks, key_of
from edgec.recipe import PruneRecipe
from edgec.source import load_module
from edgec.trial.build import prepare_trial, write_trial
from edgec.trial.journal import Journal
from edgec.trial.latency import Start, measure_keys, threads_of
from edgec_runtime.format.manifest import Precision
from edgec_runtime.process import VariantProcess
from edgec_targets import Target

RATIOS = (0.25, 0.5, 0.75)
"""That are measured of each unit."""


@dataclass(frozen=True)
class Workshop:
    """`task`: of the trained network, whose checkpoint has the digest `sha256`.

    `folder`: where candidates are built, each once.
    """

    task: SegmentationTask
    section: PruneRecipe
    split: Split
    sha256: str
    target: Target
    precision: Precision
    folder: Path
    journal: Journal
    progress: Progress

    @cached_property
    def options(self) -> dict[str, tuple[float, ...]]:
        """Of each unit the ratios that leave it different widths; a unit that nothing narrows is left out."""
        groups = coupled_groups(self.task.network, example_of(self.task))
        units = joined_blocks([group.blocks for group in groups])
        found = {unit: self._different(unit) for unit in units}
        return {unit: ratios for unit, ratios in found.items() if ratios}

    @cached_property
    def _ranking(self) -> Ranking:
        """The same for all ratios."""
        with self.progress.step(f"rank channels by {self.section.method}"):
            return rank(self.task, self.section, self.split.train)

    def _different(self, unit: str) -> tuple[float, ...]:
        widths: dict[tuple[int, ...], float] = {}
        for ratio in RATIOS:
            kept = tuple(len(group.kept) for group in self._masks(((unit, ratio),)).groups)
            widths.setdefault(kept, ratio)
        widths.pop(tuple(group.width for group in self._masks(WHOLE).groups), None)
        return tuple(widths.values())

    def measure(self, candidates: Sequence[Ratios]) -> tuple[float, dict[Ratios, float]]:
        """Milliseconds of the unpruned network, and how many times as fast each candidate is."""
        by_key = {key_of(ratios): ratios for ratios in candidates}

        def ready(key: str) -> Start:
            path, threads = self._bundle(by_key.get(key, WHOLE)), threads_of(self.target)
            return partial(VariantProcess, path, self.target.name, self.precision, threads)

        base = key_of(WHOLE)
        found = measure_keys(list(by_key), base, ready, self.journal, self.progress)
        return found[base]["ms"], {ratios: found[key]["times"] for key, ratios in by_key.items()}

    def dice(self, ratios: Ratios) -> float:
        """Mean over the images to validate on, in torch. Raises DataError."""
        return self.journal.once(f"dice {key_of(ratios)}", partial(self._dice, ratios))

    def _dice(self, ratios: Ratios) -> float:
        recipe, path = self.task.recipe, self._checkpoint(ratios)
        network = load_module(recipe.model, path, recipe.options)
        with settings(self.task.train_recipe):
            return judged(SegmentationTask(network, recipe), self.split.val).dice

    def _bundle(self, ratios: Ratios) -> Path:
        """The candidate's bundle, built where it is not there yet."""
        path = self._path(ratios)
        if not path.exists():
            changed = {"checkpoint": self._checkpoint(ratios), **dict.fromkeys(("train", "distil", "prune"))}
            recipe = self.task.recipe.model_copy(update=changed)
            with self.progress.step(f"build {key_of(ratios)}"):
                prepared = prepare_trial(recipe, [self.target], [self.precision], self.folder, self.progress)
                write_trial(prepared, self.target, self.precision, path)
        return path

    def _checkpoint(self, ratios: Ratios) -> Path:
        """Of the pruned network with its BatchNorm statistics taken anew."""
        path = self._path(ratios).with_suffix(".safetensors")
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            with settings(self.task.train_recipe):
                network = self.task.network if ratios == WHOLE else self._pruned(ratios)
                task = SegmentationTask(network, self.task.recipe)
                write_checkpoint(path, network, description_of(task, self.split), {})
        return path

    def _pruned(self, ratios: Ratios) -> nn.Module:
        network = prune(self.task.network, self._masks(ratios))
        batches = endless_batches(self.split.train, self.task.train_recipe, self.task.spec)
        if self.section.recalibrate:
            recalibrate(network, islice(batches, self.section.recalibrate))
        return network

    def _masks(self, ratios: Ratios) -> Masks:
        section = self.section.model_copy(update={"ratios": block_ratios(ratios)})
        return find_masks(self.task, section, self.split.train, self.sha256, self._ranking)

    def _path(self, ratios: Ratios) -> Path:
        return self.folder / hashlib.sha256(key_of(ratios).encode()).hexdigest()[:12]
