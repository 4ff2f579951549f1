"""build(): from a recipe to a bundle; reads as the data flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from edgec.calibration import CACHE, choose_samples, measure_ranges
from edgec.data import GivenImages, Images, open_dataset, open_images
from edgec.errors import UsageError
from edgec.export import export
from edgec.graph import Graph
from edgec.lineage import lineage
from edgec.package import BuiltVariant, Contents, assemble, publish
from edgec.passes.simplify import simplify
from edgec.progress import SILENT, Progress
from edgec.quantize import check_layers
from edgec.recipe import Recipe
from edgec.source import Source, load_source
from edgec.spec import input_spec, output_spec
from edgec.variant import Job, build_variant
from edgec.verify import reference_outputs
from edgec_runtime.engine import Array
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import Precision
from edgec_runtime.image import Image
from edgec_targets import Target, load_target

PARITY_SAMPLES = 4


@dataclass(frozen=True)
class VariantResult:
    """A row of the build's table; `built` is None where the variant was refused, and `reason` says why."""

    target: Target
    precision: Precision
    built: BuiltVariant | None
    reason: str | None


@dataclass(frozen=True)
class BuildResult:
    """What `build` made: the archive, the folder beside it, and a row for each variant asked for."""

    bundle: Path
    folder: Path
    variants: tuple[VariantResult, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Prepared:
    """What all variants of a recipe are made from."""

    source: Source
    job: Job
    contents: Contents


def build(
    recipe: Recipe,
    out: Path = Path("artifacts"),
    *,
    images: Sequence[Array | Image] | None = None,
    force: bool = False,
    progress: Progress = SILENT,
) -> BuildResult:
    """Model -> export -> simplify -> calibrate -> (quantize -> lower -> prove) a variant -> bundle.

    `images`: what to calibrate on, in place of the recipe's `calibration`: uint8 HxW or HxWxC, or float32
    (1, C, H, W) as the network takes them; taken by place, so that a sequence may read them lazily.

    A variant that its target cannot take is refused with the reason and the others are built. Raises
    EdgecError where nothing can be built, and leaves nothing half-written.
    """
    targets = [load_target(name) for name in recipe.targets]
    given = open_images(recipe.calibration) if images is None else GivenImages(images)
    recipe = recipe if images is None else recipe.model_copy(update={"calibration": given.name})
    prepared = prepare(recipe, given, out / CACHE, progress)
    source, job, contents = prepared.source, prepared.job, prepared.contents
    rows = []
    for target in targets:
        for precision in recipe.precisions:
            with progress.step(f"build {target.name} {precision}"):
                rows.append(_attempt(job, target, precision))
    built = tuple(row.built for row in rows if row.built is not None)
    if not built:
        raise UsageError("no variant could be built:\n" + "\n".join(f"  {_said(row)}" for row in rows))
    with progress.step("pack"):
        manifest, files = assemble(contents, built)
        bundle = publish(manifest, files, out, force=force)
    return BuildResult(bundle, bundle.with_suffix(""), tuple(rows), _warnings(recipe, source))


def prepare(recipe: Recipe, images: Images, cache: Path, progress: Progress) -> Prepared:
    """Load, export, simplify and, where a precision of the recipe needs ranges, calibrate on `images`.

    Raises EdgecError, UsageError too where a float layer is none of the network's.
    """
    with progress.step(f"load {recipe.model}"):
        source = load_source(recipe.model, recipe.checkpoint, recipe.channels)
    with progress.step("export"):
        exported = export(source, recipe.size)
    with progress.step("simplify"):
        graph = simplify(exported.graph).graph
    check_layers(graph, recipe.float_layers)
    job = _job(recipe, source, graph, exported.multiple_of, images, cache, progress)
    return Prepared(source, job, _contents(recipe, source, job))


def _job(
    recipe: Recipe,
    source: Source,
    graph: Graph,
    multiple_of: int,
    images: Images,
    cache: Path,
    progress: Progress,
) -> Job:
    spec = input_spec(graph, recipe, multiple_of)
    samples = choose_samples(images, recipe.calibration_samples, spec)
    with progress.step("reference"):
        inputs = tuple(islice(samples, PARITY_SAMPLES))
        reference = tuple(reference_outputs(source, inputs))
    ranges = None
    if {"int8-static", "mixed"} & set(recipe.precisions):
        with progress.step("calibrate", total=len(samples)) as step:
            ranges = measure_ranges(graph, samples, recipe.calibration_method, cache, step)
    data = recipe.evaluation or ("nuclei" if source.shipped else None)
    output = output_spec(graph, recipe)
    evaluation = open_dataset(data, classes=len(output.classes)) if data is not None else None
    return Job(source.module, graph, spec, output, ranges, inputs, reference, evaluation, recipe.float_layers)


def _attempt(job: Job, target: Target, precision: Precision) -> VariantResult:
    try:
        return VariantResult(target, precision, build_variant(job, target, precision), None)
    except EdgecError as error:
        return VariantResult(target, precision, None, str(error))


def _contents(recipe: Recipe, source: Source, job: Job) -> Contents:
    return Contents(
        name=recipe.name or source.name,
        version=recipe.version,
        parameters=source.parameters,
        lineage=lineage(recipe, source, job.ranges.samples_sha256 if job.ranges else None),
        input=job.input,
        output=job.output,
        golden_input=job.inputs[0],
    )


def _said(row: VariantResult) -> str:
    return f"{row.target.name} {row.precision}: {row.reason}"


def _warnings(recipe: Recipe, source: Source) -> tuple[str, ...]:
    found = []
    if not source.trained:
        found.append(f"{source.name} has random weights: give trained ones with --checkpoint")
    defaults = Recipe.model_fields["calibration"].default
    integers = {"int8-static", "mixed"} & set(recipe.precisions)
    if not source.shipped and recipe.calibration == defaults and integers:
        found.append(
            "int8 was calibrated on the shipped nuclei images: give your own with --calibration FOLDER"
        )
    return tuple(found)
