"""plan_pruning(): from a recipe and a budget to the ratios of its blocks."""

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edgec.data import Split
from edgec.errors import UsageError
from edgec.learn.checkpoint import learning_digest
from edgec.learn.class_weights import class_weights
from edgec.learn.runs import RUNS
from edgec.learn.task import SegmentationTask
from edgec.progress import SILENT, Progress
from edgec.prune_plan.budget import Budget
from edgec.prune_plan.search import Searched, search
from edgec.prune_plan.units import block_ratios
from edgec.prune_plan.workshop import Workshop
from edgec.recipe import PruneRecipe, Recipe
from edgec.source.load import bundle_name
from edgec.training.pruning import Subject, load_subject, tuning
from edgec.training.resolve import resolved
from edgec.trial.build import check_here, usual_precision
from edgec.trial.journal import Journal
from edgec.trial.latency import threads_of
from edgec_runtime.format.manifest import Precision
from edgec_runtime.machine import environment
from edgec_targets import load_target


@dataclass(frozen=True)
class Plan:
    """What was found, on `threads` threads of this machine; `recipe` has the chosen ratios.

    `folder`: where all that was measured is kept.
    """

    folder: Path
    target: str
    precision: Precision
    threads: int
    budget: Budget
    searched: Searched
    recipe: Recipe


def plan_pruning(
    recipe: Recipe,
    budget: Budget,
    target: str,
    precision: Precision | None = None,
    *,
    progress: Progress = SILENT,
) -> Plan:
    """Find the ratios by which the recipe's trained network meets `budget` on a target, at the least Dice.

    By default in int8-static, where the target has it. Everything is measured on this machine and kept in
    runs/NAME/plan-DIGEST as soon as it is known: the same network with another budget measures only what is
    new, and an interrupted plan goes on. Raises EdgecError; UsageError where the target is no machine like
    this one, or the budget cannot be reached, with what can be.
    """
    found = load_target(target)
    check_here(found)
    chosen = precision or usual_precision(found)
    section, recipe = tuning(recipe if recipe.prune else recipe.model_copy(update={"prune": PruneRecipe()}))
    if section.granularity != "block":
        raise UsageError(f"a budget chooses ratios of blocks: leave granularity {section.granularity} out")
    if chosen not in found.precisions:
        why = found.cannot.get(chosen, "it is not among its precisions")
        raise UsageError(f"{found.name} cannot run {chosen}: {why}")
    recipe, split = resolved(recipe)
    subject = load_subject(recipe, section)
    inputs = _inputs(recipe, subject, split, found.name, chosen)
    folder = RUNS / (recipe.name or bundle_name(recipe.model.rpartition(":")[2])) / f"plan-{_digest(inputs)}"
    progress.say(f"{folder} keeps what is measured; after an interruption the same command goes on there")
    weights = class_weights(recipe.train, split.train, split.train.classes) if recipe.train else None
    workshop = Workshop(
        task=SegmentationTask(subject.network, recipe, weights),
        section=section,
        split=split,
        sha256=subject.sha256,
        target=found,
        precision=chosen,
        folder=folder / "candidates",
        journal=Journal(folder, inputs),
        progress=progress,
    )
    searched = search(workshop, budget, progress)
    shutil.rmtree(workshop.folder, ignore_errors=True)
    ratios = block_ratios(searched.chosen.ratios)
    own = recipe.model_copy(update={"prune": section.model_copy(update={"ratios": ratios})})
    return Plan(folder, found.name, chosen, threads_of(found), budget, searched, own)


def _inputs(
    recipe: Recipe, subject: Subject, split: Split, target: str, precision: Precision
) -> dict[str, Any]:
    """What the measurements depend on: not the ratios that the recipe says, nor its training afterwards."""
    assert recipe.prune is not None
    said = recipe.prune
    plain = PruneRecipe(
        method=said.method,
        multiple=said.multiple,
        threshold=said.threshold,
        samples=said.samples,
        recalibrate=said.recalibrate,
    )
    return {
        "recipe": learning_digest(tuning(recipe.model_copy(update={"prune": plain}))[1]),
        "network": subject.sha256,
        "data": split.digest,
        "target": target,
        "precision": precision,
        "machine": environment()["processor"],
    }


def _digest(inputs: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:12]
