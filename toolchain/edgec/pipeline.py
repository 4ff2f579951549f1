"""build(): from a recipe to a bundle; reads as the data flow."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edgec.data import Dataset, open_dataset
from edgec.errors import UsageError
from edgec.export import export
from edgec.graph import Graph
from edgec.lineage import lineage
from edgec.package import BuiltVariant, Contents, assemble, publish
from edgec.passes.simplify import simplify
from edgec.progress import SILENT, Progress, Step
from edgec.quantize import tensors_to_observe
from edgec.recipe import Recipe
from edgec.source import Source, load_source
from edgec.spec import input_spec, output_spec
from edgec.variant import CALIBRATED, Job, build_variant
from edgec.verify import reference_outputs
from edgec_calibration import Ranges, calibrate
from edgec_runtime.engine import Array
from edgec_runtime.errors import EdgecError
from edgec_runtime.format.manifest import InputSpec, Precision
from edgec_runtime.image import prepare
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


def build(
    recipe: Recipe, out: Path = Path("artifacts"), *, force: bool = False, progress: Progress = SILENT
) -> BuildResult:
    """Model -> export -> simplify -> calibrate -> (quantize -> lower -> prove) a variant -> bundle.

    A variant that its target cannot take is refused with the reason and the others are built. Raises
    EdgecError where nothing can be built, and leaves nothing half-written.
    """
    targets = [load_target(name) for name in recipe.targets]
    with progress.step(f"load {recipe.model}"):
        source = load_source(recipe.model, recipe.checkpoint, recipe.channels)
    with progress.step("export"):
        exported = export(source, recipe.size)
    with progress.step("simplify"):
        graph = simplify(exported.graph).graph
    job = _prepare(recipe, source, graph, exported.multiple_of, progress)
    rows = []
    for target in targets:
        for precision in recipe.precisions:
            with progress.step(f"build {target.name} {precision}"):
                rows.append(_attempt(job, target, precision))
    built = tuple(row.built for row in rows if row.built is not None)
    if not built:
        raise UsageError("no variant could be built:\n" + "\n".join(f"  {_said(row)}" for row in rows))
    with progress.step("pack"):
        manifest, files = assemble(_contents(recipe, source, job), built)
        bundle = publish(manifest, files, out, force=force)
    return BuildResult(bundle, bundle.with_suffix(""), tuple(rows), _warnings(recipe, source))


def _prepare(recipe: Recipe, source: Source, graph: Graph, multiple_of: int, progress: Progress) -> Job:
    spec = input_spec(graph, recipe, multiple_of)
    samples = open_dataset(recipe.calibration)
    with progress.step("reference"):
        inputs = tuple(prepare(sample.image, spec) for sample in samples[:PARITY_SAMPLES])
        reference = tuple(reference_outputs(source, inputs))
    ranges = None
    if set(recipe.precisions).intersection(CALIBRATED):
        ranges = measure_ranges(graph, spec, samples, recipe.calibration_method, progress)
    data = recipe.evaluation or ("nuclei" if source.shipped else None)
    output = output_spec(graph, recipe)
    evaluation = open_dataset(data, classes=len(output.classes)) if data is not None else None
    return Job(source.module, graph, spec, output, ranges, inputs, reference, evaluation)


def measure_ranges(
    graph: Graph, spec: InputSpec, samples: Dataset, method: str, progress: Progress = SILENT
) -> Ranges:
    """The ranges of the tensors that quantization asks for, on all of `samples`. Raises CalibrationError."""
    with progress.step("calibrate", total=len(samples)) as step:
        step.note = f"{method} on {len(samples)} images of {samples.name}"
        return calibrate(graph.to_bytes(), tensors_to_observe(graph), _prepared(samples, spec, step), method)


def _prepared(samples: Dataset, spec: InputSpec, step: Step) -> Iterator[Array]:
    for sample in samples:
        yield prepare(sample.image, spec)
        step.advance()


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
    if not source.shipped and recipe.calibration == defaults and "int8-static" in recipe.precisions:
        found.append(
            "int8 was calibrated on the shipped nuclei images: give your own with --calibration FOLDER"
        )
    return tuple(found)
