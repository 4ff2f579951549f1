"""A trained network that shows a student what to answer, and how it gets there."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from edgec.errors import UsageError
from edgec.learn.distil.features import collect
from edgec.learn.inputs import first_channels
from edgec.learn.logits import are_probabilities, logits_function


class Teacher:
    """Holds its network in eval mode and without gradients.

    It is no module: whatever holds it neither trains its network nor saves it.
    """

    def __init__(self, network: nn.Module, example: Tensor, channels: int) -> None:
        """`example`: an image (N, C, H, W) of the student's; `channels`: of the student's output.

        Raises UsageError where the teacher takes other images, or knows other classes.
        """
        self.network = network.eval().requires_grad_(False)
        taken, given = first_channels(network), example.shape[1]
        if taken != given:
            raise UsageError(
                f"the teacher takes images of {_channels(taken)}, the student of {_channels(given)}: give "
                "both networks the same"
            )
        found = network(example.detach().requires_grad_())  # with gradients: they tell what was done last
        if found.shape[1] != channels:
            raise UsageError(
                f"the teacher's output has {_channels(found.shape[1])}, the student's {_channels(channels)}: "
                "both must know the same classes"
            )
        self._logits = logits_function(network, probabilities=are_probabilities(found))

    def show(self, image: Tensor, blocks: Iterable[str] = ()) -> tuple[Tensor, dict[str, Tensor]]:
        """Logits (N, K, H, W) for an image (N, C, H, W), and the features of the blocks named."""
        self.network.to(image.device)
        with torch.no_grad(), collect(self.network, blocks) as features:
            return self._logits(image), features


def _channels(count: int) -> str:
    return f"{count} channel{'s' if count > 1 else ''}"
