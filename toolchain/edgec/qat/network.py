"""Network: a graph run in torch, its convolutions' weights as parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from edgec.qat.operators import OPERATORS
from edgec.qat.rounding import round_constants
from edgec.qat.step import Step

Array = npt.NDArray[Any]


class Network(nn.Module):
    """Runs `steps`, float32 NCHW, on the CPU.

    `weights`, by the names of their values, are its parameters in that order; `constants` are all else that
    no step makes. They are no buffers, so that nothing averages them.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        ends: tuple[str, str, str],
        weights: Mapping[str, Array],
        constants: Mapping[str, Array],
    ) -> None:
        """`ends`: the values that are the image, the map and its logits.

        Raises UnsupportedOperatorError for an unknown operator.
        """
        super().__init__()
        for step in steps:
            if step.operator not in OPERATORS:
                step.unsupported("the operator is not known there")
        self._steps = tuple(steps)
        self._source, self._result, self._logits = ends
        self._names = tuple(weights)
        self._constants = {name: torch.tensor(data) for name, data in constants.items()}
        self.weights = nn.ParameterList(nn.Parameter(torch.tensor(data)) for data in weights.values())
        self._unused = _last_uses(self._steps, keep={self._result, self._logits})

    def forward(self, image: Tensor) -> Tensor:
        """What the graph gives: (N, C, H, W) -> (N, classes, h, w)."""
        return self._run(image, self._result)

    def logits(self, image: Tensor) -> Tensor:
        """The same before the Sigmoid or Softmax that closes the graph, where one does."""
        return self._run(image, self._logits)

    def named_weights(self) -> dict[str, npt.NDArray[np.float32]]:
        """The weights as they are now, not rounded, by the names of the graph's values."""
        arrays = [weight.detach().cpu().numpy().copy() for weight in self.weights]
        return dict(zip(self._names, arrays, strict=True))

    def _run(self, images: Tensor, wanted: str) -> Tensor:
        values = {self._source: images, **self._constants}
        values.update(zip(self._names, self.weights, strict=True))
        for step, unused in zip(self._steps, self._unused, strict=True):
            inputs = [None if name is None else values[name] for name in step.inputs]
            if step.rounding is not None:
                image, weight, bias = inputs
                assert weight is not None
                inputs = [image, *round_constants(step.rounding, weight, bias)]
            values[step.output] = OPERATORS[step.operator](step, *inputs)
            for name in unused:
                del values[name]
            if step.output == wanted:
                break
        return values[wanted]


def _last_uses(steps: Sequence[Step], keep: set[str]) -> tuple[tuple[str, ...], ...]:
    """For each step the values of other steps that nobody reads after it, to free their memory."""
    made = {step.output for step in steps} - keep
    last = {name: place for place, step in enumerate(steps) for name in step.inputs if name in made}
    return tuple(tuple(name for name, when in last.items() if when == place) for place in range(len(steps)))
