"""What a checkpoint says of itself, as a recipe has it."""

from pathlib import Path
from typing import Any

from edgec import zoo
from edgec.errors import ModelSourceError
from edgec.source.description import read_description


def described(checkpoint: Path, model: str | None = None) -> dict[str, Any]:
    """The fields of a Recipe that the checkpoint and `model` decide; others are left to their defaults.

    A file says which network of the zoo it is of, never which code to import: a network of one's own is named
    by `model`. Raises ModelSourceError where the network is not known, CheckpointError.
    """
    found = read_description(checkpoint)
    if found is None and model is None:
        raise ModelSourceError(f"{checkpoint} does not say which network it is of: add --model NETWORK")
    if found is None:
        return {"model": model, "checkpoint": checkpoint}
    if model is None and found.model not in zoo.MODELS:
        raise ModelSourceError(
            f"{checkpoint} is of a network of your own ({found.model}): name it again with --model, "
            "because no file says which code is run"
        )
    options = found.options if model in (None, found.model) else {}
    return {
        "model": model or found.model,
        "options": options,
        "checkpoint": checkpoint,
        "classes": found.classes,
        **found.input.model_dump(),
    }
