"""Where a bundle comes from: recipe, digests, tool versions, git revision."""

import subprocess
from importlib.metadata import version

from edgec.learn.prune.pruned import pruned_of
from edgec.recipe import Recipe
from edgec.source import Source
from edgec_runtime.format.lineage import Lineage, Pruning

TOOLS = (
    "edgec",
    "torch",
    "onnx",
    "onnx-ir",
    "onnxscript",
    "onnxsim",
    "onnxruntime",
    "openvino",
    "ai-edge-litert",
)


def lineage(recipe: Recipe, source: Source, samples_sha256: str | None) -> Lineage:
    """The lineage record of one build; `samples_sha256` is the calibration samples' digest.

    Of a network that carries its ranges the recipe says so in place of what it was calibrated on.
    """
    if source.tuned is not None:
        said = f"carried by the network, tuned for {source.tuned.words}"
        recipe = recipe.model_copy(update={"calibration": said})
    return Lineage(
        recipe=recipe.record(),
        recipe_sha256=recipe.digest,
        checkpoint_sha256=source.checkpoint_sha256,
        samples_sha256=samples_sha256,
        git_revision=_git_revision(),
        tools={tool: version(tool) for tool in TOOLS},
        pruning=_prunings(source),
    )


def _prunings(source: Source) -> tuple[Pruning, ...]:
    """As the network's checkpoint told them."""
    pruned = None if source.module is None else pruned_of(source.module)
    return tuple(Pruning(**step.model_dump()) for step in (() if pruned is None else pruned.steps))


def _git_revision() -> str | None:
    """The commit of the folder the build was started in, '-dirty' where files differ from it."""
    command = ["git", "describe", "--always", "--abbrev=40", "--dirty", "--match", ""]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
