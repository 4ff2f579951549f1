"""prepare(): from a recipe to what all its variants are made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from edgec.calibration import Calibration, Samples, calibrated, carried, choose_samples
from edgec.data import Images, evaluation_data, open_dataset, with_class_names
from edgec.export import export
from edgec.graph import Graph
from edgec.learn.inputs import check_range
from edgec.lineage import lineage
from edgec.output import for_output
from edgec.package import Contents
from edgec.passes.simplify import simplify
from edgec.progress import Progress
from edgec.quantize import check_layers, integer_forms
from edgec.recipe import Recipe
from edgec.source import Source, load_source
from edgec.spec import graph_input, graph_output
from edgec.variant import Job
from edgec.verify import reference_outputs
from edgec_targets import load_target
from edgec_targets.target import PROFILED

PARITY_SAMPLES = 4


@dataclass(frozen=True)
class Prepared:
    """What all variants of a recipe are made from; `modules` as in `edgec.export.Exported`."""

    source: Source
    job: Job
    contents: Contents
    modules: Mapping[str, str]


def prepare(recipe: Recipe, images: Images, cache: Path, progress: Progress) -> Prepared:
    """Load, export, simplify and, where a precision of the recipe needs ranges, calibrate on `images`.

    Raises EdgecError, UsageError too where a float layer is none of the network's.
    """
    recipe = with_class_names(recipe)
    with progress.step(f"load {recipe.model}"):
        source = load_source(recipe.model, recipe.checkpoint, recipe.channels, recipe.options)
    with progress.step("export"):
        exported = export(source, recipe.size)
    source, network = for_output(recipe.output, source, exported.graph)
    with progress.step("simplify"):
        graph = simplify(network).graph
    check_layers(graph, recipe.float_layers)
    job = _job(recipe, source, graph, exported.multiple_of, images, cache, progress)
    return Prepared(source, job, _contents(recipe, source, job), exported.modules)


def _job(
    recipe: Recipe,
    source: Source,
    graph: Graph,
    multiple_of: int,
    images: Images,
    cache: Path,
    progress: Progress,
) -> Job:
    spec = graph_input(graph, recipe, multiple_of)
    check_range(source.module, spec)
    samples = choose_samples(images, recipe.calibration_samples, spec)
    with progress.step("reference"):
        inputs = tuple(islice(samples, PARITY_SAMPLES))
        reference = tuple(reference_outputs(source, inputs))
    calibration = _calibration(recipe, source, graph, samples, cache, progress)
    output = graph_output(graph, recipe, source.left_out)
    evaluation = evaluation_data(recipe, len(output.classes))
    if evaluation is None and source.shipped:
        evaluation = open_dataset("nuclei#val")
    return Job(
        source.module,
        graph,
        spec,
        output,
        calibration,
        inputs,
        reference,
        evaluation,
        recipe.io,
        recipe.float_layers,
    )


def _calibration(
    recipe: Recipe, source: Source, graph: Graph, samples: Samples, cache: Path, progress: Progress
) -> Calibration | None:
    """None where no precision needs one; a network that was tuned for integers brings its own."""
    if not set(recipe.precisions).intersection(PROFILED):
        return None
    if source.tuned is None:
        return calibrated(_forms(recipe, graph), samples, recipe.calibration_method, cache, progress)
    with progress.step("calibrate") as step:
        step.note = f"with the ranges that the network was tuned with, for {source.tuned.words}"
        return carried(source.tuned.ranges, graph, samples)


def _forms(recipe: Recipe, graph: Graph) -> tuple[Graph, ...]:
    """Those in which the recipe's variants are quantized."""
    targets = [load_target(name) for name in recipe.targets]
    profiles = [
        target.profiles[profile]
        for target in targets
        for precision in recipe.precisions
        for profile in target.profiles_for(precision, recipe.profiles)
        if profile is not None
    ]
    return integer_forms(graph, profiles)


def _contents(recipe: Recipe, source: Source, job: Job) -> Contents:
    return Contents(
        name=recipe.name or source.name,
        version=recipe.version,
        parameters=source.parameters,
        lineage=lineage(recipe, source, job.calibration.samples_sha256 if job.calibration else None),
        input=job.input,
        output=job.output,
        golden_input=job.inputs[0],
    )
