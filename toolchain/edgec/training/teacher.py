"""The teacher that a recipe names, with the weights that make it one."""

from pathlib import Path

from torch import nn

from edgec.errors import UsageError
from edgec.recipe import DistilRecipe
from edgec.source import Description, load_source, read_description
from edgec.source.described import described
from edgec_runtime.format.manifest import InputSpec


def load_teacher(distil: DistilRecipe, spec: InputSpec) -> nn.Module:
    """The trained network that `distil` names, for images that are prepared as `spec` says.

    `distil.teacher` is a network, whose weights are `distil.checkpoint` or were shipped with edgec, or a
    checkpoint of edgec's own, which says which network it is of. Raises UsageError where the teacher has no
    weights, is no module, or learned from images prepared in another way; ModelSourceError, CheckpointError.
    """
    model, checkpoint, options = distil.teacher, distil.checkpoint, distil.options
    if model.endswith(".safetensors"):
        if checkpoint is not None:
            raise UsageError(f"the teacher {model} is a checkpoint itself: leave {checkpoint} out")
        checkpoint = Path(model)
        said = described(checkpoint)
        model, options = said["model"], said["options"]
    source = load_source(model, checkpoint, options=options)
    if source.module is None:
        raise UsageError(
            f"the teacher {model} is an ONNX file, whose features cannot be told: name the network that it "
            "was exported from, and its checkpoint"
        )
    if not source.trained:
        raise UsageError(
            f"the teacher {model} has no weights, and a random network teaches nothing: name its checkpoint "
            "with --teacher-checkpoint FILE (distil.checkpoint)"
        )
    if checkpoint is not None:
        _check_input(read_description(checkpoint), spec, checkpoint)
    return source.module


def _check_input(said: Description | None, spec: InputSpec, checkpoint: Path) -> None:
    if said is None:
        return
    for name in ("channels", "colour", "scale", "mean", "std"):
        shown, given = getattr(said.input, name), getattr(spec, name)
        if shown != given:
            raise UsageError(
                f"the teacher {checkpoint} learned from images of {name} {_words(shown)}, the student is "
                f"given {_words(given)}: set the recipe's {name} to the teacher's"
            )


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
