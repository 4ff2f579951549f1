"""What a value of the graph is in the TFLite file: a tensor or a constant, with its quantization."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
PLACE_IN_NHWC = (0, 3, 1, 2)  # of each axis of NCHW


@dataclass(frozen=True)
class Quantization:
    """real = scale * (integer - zero), int8 or int32; one scale, or one for each index along `axis`."""

    scale: tuple[float, ...]
    zero: int
    axis: int = 0


@dataclass(frozen=True)
class Tensor:
    """A tensor of the file: its number, name and NHWC shape; float32 where `quantization` is None."""

    index: int
    name: str
    shape: tuple[int, ...]
    quantization: Quantization | None = None


@dataclass(frozen=True)
class Constant:
    """A constant of the graph, integers where `quantization` is given, else float32 or stored float16."""

    name: str
    data: Array
    quantization: Quantization | None = None

    def transposed(self, axes: Sequence[int]) -> "Constant":
        """The same values with the axes in another order; a scale per channel follows its axis."""
        quantization = self.quantization
        if quantization is not None:
            quantization = Quantization(quantization.scale, quantization.zero, axes.index(quantization.axis))
        return Constant(self.name, self.data.transpose(axes), quantization)

    @property
    def is_half(self) -> bool:
        """Whether it is stored as float16."""
        return self.data.dtype == np.float16

    def real(self) -> "Constant":
        """The same values as float32."""
        if self.quantization is None:
            return Constant(self.name, self.data.astype(np.float32)) if self.is_half else self
        shape = [1] * self.data.ndim
        if len(self.quantization.scale) > 1:
            shape[self.quantization.axis] = -1
        scale = np.asarray(self.quantization.scale, np.float32).reshape(shape)
        return Constant(self.name, (self.data.astype(np.float32) - self.quantization.zero) * scale)


def nhwc(shape: Sequence[int]) -> tuple[int, ...]:
    """(N, C, H, W) -> (N, H, W, C)."""
    batch, channels, height, width = shape
    return batch, height, width, channels
