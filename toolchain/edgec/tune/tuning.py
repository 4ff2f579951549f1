"""tune(): from a recipe and budgets to the layers that stay in float, and their bundle."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from edgec.calibration import CACHE
from edgec.data import Dataset, calibration_images, evaluation_data
from edgec.errors import UsageError
from edgec.pipeline import BuildResult, build
from edgec.preparation import Prepared, prepare
from edgec.progress import SILENT, Progress
from edgec.recipe import Recipe
from edgec.trial.build import check_here
from edgec.trial.journal import Journal
from edgec.tune.budgets import Budgets
from edgec.tune.candidate import Candidate, pareto_front
from edgec.tune.latency import threads
from edgec.tune.search import search
from edgec.tune.sensitivity import Layer, confirm, rank
from edgec.tune.split import split
from edgec.tune.trials import Trials
from edgec.tune.workshop import Workshop
from edgec_targets import Target, load_target

RUNS = Path("runs") / "tune"
RECIPE = "recipe.yaml"


@dataclass(frozen=True)
class TuneResult:
    """What was found: `chosen`, `recipe` and `built` are None where nothing meets all budgets.

    `run`: the folder of the run; `searched` and `held`: how many images each part has; `candidates`: all that
    were measured, on `threads` threads; `front`: those that no other dominates, the fastest first.
    """

    run: Path
    target: str
    threads: int
    budgets: Budgets
    searched: int
    held: int
    ranking: tuple[Layer, ...]
    candidates: tuple[Candidate, ...]
    front: tuple[Candidate, ...]
    chosen: Candidate | None
    recipe: Recipe | None
    built: BuildResult | None


def tune(
    recipe: Recipe, budgets: Budgets, run: Path | None = None, *, progress: Progress = SILENT
) -> TuneResult:
    """Find the fastest mixed variant of the recipe's network, for its one target, within `budgets`.

    The recipe's `evaluation` is the data: a part is searched on, and what is found must keep its drop of Dice
    on the other part too. Everything is measured on this machine, and kept in the folder `run` (by default a
    new one of `runs/tune`) as soon as it is known: tuning into a folder that exists goes on where it ended.

    Writes `recipe.yaml` and the bundle there. Raises EdgecError; UsageError where the recipe names not one
    target of this machine's architecture, no data, or `run` was begun with another recipe.
    """
    target, data = _measurable(recipe), _data(recipe)
    recipe = recipe.model_copy(update={"precisions": ("fp32", "int8-static"), "float_layers": ()})
    root = RUNS if run is None else run.parent
    prepared = prepare(recipe, calibration_images(recipe), root / CACHE, progress)
    folder = run or _next_run(root, prepared.contents.name)
    trials = _begin(prepared, target, data, _journal(recipe, prepared, data, folder), progress)
    ranking = confirm(rank(trials), trials)
    search(trials, ranking, budgets.max_drop)
    candidates = trials.candidates()
    front = pareto_front(candidates)
    chosen = budgets.chosen(front)
    final = None if chosen is None else _write_recipe(recipe, chosen, folder)
    built = None if final is None else build(final, folder, slower="label", force=True, progress=progress)
    # A later run with other budgets builds what it lacks.
    shutil.rmtree(trials.workshop.folder, ignore_errors=True)
    return TuneResult(
        run=folder,
        target=target.name,
        threads=threads(trials.workshop),
        budgets=budgets,
        searched=len(trials.searched),
        held=len(trials.held),
        ranking=ranking,
        candidates=candidates,
        front=front,
        chosen=chosen,
        recipe=final,
        built=built,
    )


def _measurable(recipe: Recipe) -> Target:
    if len(recipe.targets) != 1:
        raise UsageError(f"tune is for one target: {', '.join(recipe.targets)} are {len(recipe.targets)}")
    target = load_target(recipe.targets[0])
    check_here(target)
    if "mixed" not in target.precisions or not target.profiles:
        raise UsageError(
            f"{target.name} cannot run mixed: {target.cannot.get('mixed', 'it has no integers')}"
        )
    return target


def _next_run(root: Path, name: str) -> Path:
    number = 1
    while (root / f"{name}-{number}").exists():
        number += 1
    return root / f"{name}-{number}"


def _data(recipe: Recipe) -> Dataset:
    """The recipe's data, refused here, before anything is written, where it cannot be split."""
    data = evaluation_data(recipe)
    if data is None:
        raise UsageError("tune needs images with masks: give --data")
    split(data)
    return data


def _journal(recipe: Recipe, prepared: Prepared, data: Dataset, folder: Path) -> Journal:
    calibration = prepared.job.calibration
    inputs = {
        "recipe": recipe.digest,
        "network": prepared.job.graph.digest,
        "calibration": None if calibration is None else calibration.samples_sha256,
        "data": data.digest,
    }
    return Journal(folder, inputs)


def _begin(prepared: Prepared, target: Target, data: Dataset, journal: Journal, progress: Progress) -> Trials:
    searched, held = split(prepared.job.evaluation or data)  # there it has the classes of the network
    progress.say(
        f"{journal.folder} keeps what is done: after an interruption, go on with --run {journal.folder}"
    )
    progress.say(f"{len(searched)} images are searched on, {len(held)} others confirm")
    return Trials(
        Workshop(prepared, target, journal.folder / "candidates"), searched, held, journal, progress
    )


def _write_recipe(recipe: Recipe, chosen: Candidate, folder: Path) -> Recipe:
    precisions = tuple(dict.fromkeys(("fp32", chosen.precision)))
    float_layers = chosen.float_layers if chosen.precision == "mixed" else ()
    final = recipe.model_copy(update={"precisions": precisions, "float_layers": float_layers})
    (folder / RECIPE).write_text(yaml.safe_dump(final.model_dump(mode="json"), sort_keys=False), "utf-8")
    return final
