"""What a checkpoint says of itself, as a recipe has it."""

from pathlib import Path
from typing import Any

from edgec.errors import CheckpointError
from edgec.source.description import read_description


def described(checkpoint: Path, model: str | None = None) -> dict[str, Any]:
    """The fields of a recipe that a checkpoint says itself: its network, input and classes.

    `model` names the network again, or of one that says nothing: no file decides which code is run, so a
    network of a user's own has to be. Options are only those of the network that the checkpoint names. Raises
    CheckpointError where the network stays unknown, or what is said is damaged.
    """
    found = read_description(checkpoint)
    if found is None:
        if model is None:
            raise CheckpointError(f"{checkpoint} does not say which network it is of: name it with --model")
        return {"model": model, "checkpoint": checkpoint}
    if model is None and ":" in found.model:
        raise CheckpointError(
            f"{checkpoint} is of a network of your own, {found.model}: name it with --model"
        )
    options = found.options if model in (None, found.model) else {}
    fields = found.input.model_dump() | {"classes": found.classes}
    return {"model": model or found.model, "options": options, "checkpoint": checkpoint, **fields}
