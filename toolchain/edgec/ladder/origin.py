"""The rungs below the bundle: its source found again and exported as its recipe says."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from edgec.data import is_shipped
from edgec.errors import CheckpointError, UsageError
from edgec.export import export
from edgec.graph import Graph
from edgec.output import for_output
from edgec.passes.shapes import InferShapes
from edgec.passes.simplify import simplify
from edgec.progress import Progress
from edgec.recipe import Recipe
from edgec.source import Source, load_source
from edgec.zoo import MODELS
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.lineage import Lineage


@dataclass(frozen=True)
class Origin:
    """What of the upper rungs there is.

    `graph` is the simplified network; without a source, the bundle's float ONNX file, where it has one.
    `notes` say what is missing, and what to do about it.
    """

    source: Source | None
    exported: Graph | None
    graph: Graph | None
    recipe: Recipe | None
    notes: tuple[str, ...]


def find_origin(bundle: Bundle, model: str | None, checkpoint: Path | None, progress: Progress) -> Origin:
    """Load the source, export and simplify it; without one, take what the bundle itself holds.

    A network of one's own must be named again by `model` and `checkpoint`: a bundle never says which code to
    import. Raises CheckpointError where another checkpoint is named than the bundle was built from,
    UsageError, ModelSourceError, ExportError, GraphError.
    """
    lineage = bundle.manifest.lineage
    recipe = _recipe(lineage)
    named = model is not None or checkpoint is not None
    if recipe is None:
        if named:
            raise UsageError("this edgec cannot read the recipe in the bundle: use the edgec that built it")
        return _from_bundle(bundle, None, "this edgec cannot read the recipe in the bundle")
    model = model or _shipped(recipe)
    if model is None:
        if named:
            raise UsageError(f"--checkpoint alone: name the network too, --model {recipe.model}")
        why = f"the source ({_said(recipe)}) is not known here: name it with --model"
        return _from_bundle(bundle, recipe, why + " and --checkpoint" * (recipe.checkpoint is not None))
    with progress.step(f"load {model}"):
        options = recipe.options if model == recipe.model else None
        source = load_source(model, checkpoint, recipe.channels, options)
    problem = _other_checkpoint(source, lineage)
    if problem and named:
        raise CheckpointError(problem)
    if problem:
        return _from_bundle(bundle, recipe, problem)
    with progress.step("export"):
        source, exported = for_output(recipe.output, source, export(source, recipe.size).graph)
    with progress.step("simplify"):
        graph = simplify(exported).graph
    notes = () if lineage.checkpoint_sha256 else ("the bundle records no checkpoint to compare with",)
    return Origin(source, exported, graph, recipe, notes)


def calibration_data(recipe: Recipe, given: str | None) -> str | None:
    """What to calibrate on again; None where the recipe's data are not shipped and none are given."""
    named = recipe.calibration
    return given or (named if named is not None and is_shipped(named) else None)


def _recipe(lineage: Lineage) -> Recipe | None:
    try:
        return Recipe.from_record(lineage.recipe)
    except ValidationError:
        return None


def _shipped(recipe: Recipe) -> str | None:
    return recipe.model if recipe.model in MODELS and recipe.checkpoint is None else None


def _said(recipe: Recipe) -> str:
    return recipe.model + (f" with {recipe.checkpoint}" if recipe.checkpoint else "")


def _other_checkpoint(source: Source, lineage: Lineage) -> str | None:
    recorded, found = lineage.checkpoint_sha256, source.checkpoint_sha256
    if recorded is None or recorded == found:
        return None
    if found is None:
        return (
            f"the bundle was built from a checkpoint (sha256 {recorded[:12]}...): name it with --checkpoint"
        )
    return (
        f"this is not the checkpoint that the bundle was built from: its sha256 is {found[:12]}..., "
        f"the bundle's {recorded[:12]}...; name that one with --model and --checkpoint"
    )


def _from_bundle(bundle: Bundle, recipe: Recipe | None, why: str) -> Origin:
    """Start at the bundle's own float network: in ONNX it is a graph, which can be quantized again."""
    floats = [variant for variant in bundle.manifest.variants if variant.precision == "fp32"]
    if not floats:
        raise UsageError(f"{bundle.path}: {why}; without it the ladder starts at fp32, and there is none")
    for variant in floats:
        if variant.engine == "onnxruntime":
            (content,) = bundle.load(variant).values()
            note = f"{why}; the ladder starts at the bundle's {variant.target} fp32"
            graph = InferShapes()(Graph.from_bytes(content)).graph
            return Origin(None, None, graph, recipe, (note,))
    note = (
        f"{why}; the ladder starts at the bundle's {floats[0].target} fp32, from which no integers are made"
    )
    return Origin(None, None, None, recipe, (note,))
