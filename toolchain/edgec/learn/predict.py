"""What a network in torch says of an image: the mask that a Session would give."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edgec_runtime.format.manifest import Activation, ClassSpec, InputSpec, OutputSpec
from edgec_runtime.image import prepare
from edgec_runtime.mask import to_mask


class Segmenter:
    """A network with what stands before and behind it; `probabilities`: whether that is what it gives."""

    def __init__(
        self, network: nn.Module, spec: InputSpec, channels: int, probabilities: bool, threshold: float
    ) -> None:
        self._network, self._spec = network, spec
        single = channels == 1
        missing: Activation = "sigmoid" if single else "softmax"
        self._output = OutputSpec(
            name="output",
            channels=channels,
            activation="none" if probabilities else missing,
            decision="threshold" if single else "argmax",
            threshold=threshold if single else None,
            classes=tuple(ClassSpec(f"class-{i}", (0, 0, 0)) for i in range(channels + single)),
        )

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """uint8 HxW or HxWx3 RGB -> class indices HxW uint8 of the image's own size.

        The network must be in eval mode.
        """
        device = next(self._network.parameters()).device
        with torch.no_grad():
            found: torch.Tensor = self._network(torch.from_numpy(prepare(image, self._spec)).to(device))
        return to_mask(found.float().cpu().numpy(), self._output, (image.shape[0], image.shape[1]))
