"""A network as wide as the one whose weights are in a checkpoint, where that was pruned."""

from pathlib import Path

from torch import nn

from edgec.errors import CheckpointError, ModelSourceError
from edgec.learn.prune.narrow import narrow
from edgec.learn.prune.pruned import mark
from edgec.source.description import read_description


def narrow_as(network: nn.Module, checkpoint: Path) -> None:
    """Leave the network the widths that the checkpoint says, and mark it; nothing where it says none.

    Raises CheckpointError where the network has not the layers that were pruned.
    """
    said = read_description(checkpoint)
    if said is None or said.pruned is None:
        return
    try:
        narrow(network, said.pruned.widths)
    except ModelSourceError as error:
        raise CheckpointError(
            f"{checkpoint} is of {said.model} with {len(said.pruned.widths)} of its layers pruned, which "
            f"this network is not: {error}"
        ) from error
    mark(network, said.pruned)
