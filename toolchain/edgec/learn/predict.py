"""What a network in torch says of an image: the mask that a Session would give."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edgec.errors import UsageError
from edgec.learn.logits import are_probabilities
from edgec.recipe import Recipe
from edgec.recipe.input_spec import input_spec
from edgec_runtime.format.manifest import Activation, ClassSpec, InputSpec, OutputSpec
from edgec_runtime.image import prepare
from edgec_runtime.mask import to_mask

_EXAMPLE = 64  # pixels; where the network takes any size


class Segmenter:
    """A network with what stands before and behind it.

    `channels`: of its output; `probabilities`: whether that is what it gives; `classes`: how many it tells
    apart, with the background.
    """

    def __init__(
        self, network: nn.Module, spec: InputSpec, channels: int, probabilities: bool, threshold: float
    ) -> None:
        self._network, self._spec = network, spec
        single = channels == 1
        self.channels, self.probabilities = channels, probabilities
        self.classes = channels + single
        missing: Activation = "sigmoid" if single else "softmax"
        self._output = OutputSpec(
            name="output",
            channels=channels,
            activation="none" if probabilities else missing,
            decision="threshold" if single else "argmax",
            threshold=threshold if single else None,
            classes=tuple(ClassSpec(f"class-{i}", (0, 0, 0)) for i in range(self.classes)),
        )

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8 HxW or HxWx3 RGB -> class indices HxW uint8 of the image's own size.

        The network must be in eval mode.
        """
        device = next(self._network.parameters()).device
        with torch.no_grad():
            found: Tensor = self._network(torch.from_numpy(prepare(image, self._spec)).to(device))
        return to_mask(found.float().cpu().numpy(), self._output, (image.shape[0], image.shape[1]))


def segmenter(network: nn.Module, recipe: Recipe, channels: int) -> Segmenter:
    """A network in eval mode that takes `channels`, used as its recipe says.

    Raises UsageError where the recipe's input does not fit the network, or it gives no map.
    """
    spec = input_spec(recipe, channels)
    generator = torch.Generator().manual_seed(0)
    example = torch.rand(1, channels, spec.height or _EXAMPLE, spec.width or _EXAMPLE, generator=generator)
    with torch.enable_grad():
        found = network(example.requires_grad_())
    if not isinstance(found, Tensor) or found.ndim != 4:
        raise UsageError(f"{recipe.model} gives no tensor (N, K, H, W): edgec takes networks that give one")
    given = recipe.activation
    probabilities = are_probabilities(found) if given is None else given == "none"
    return Segmenter(network, spec, found.shape[1], probabilities, recipe.threshold)
