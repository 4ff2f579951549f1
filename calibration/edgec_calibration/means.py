"""ChannelMeans: the mean of each channel of a tensor over all samples."""

import numpy as np
import numpy.typing as npt

from edgec_calibration.errors import CalibrationError
from edgec_runtime.engine import Array


class ChannelMeans:
    """Watches one tensor whose second axis is the channels; each pixel of each sample weighs the same."""

    def __init__(self) -> None:
        self._sums: npt.NDArray[np.float64] = np.zeros(0)
        self._pixels = 0

    def update(self, name: str, values: Array) -> None:
        """Take in one sample's values, (N, C, ...) float32.

        Raises CalibrationError, naming the tensor, where there is no such axis or its length changes.
        """
        channels = values.shape[1] if values.ndim > 1 else 0
        if not self._pixels:
            self._sums = np.zeros(channels)
        if channels == 0 or channels != len(self._sums):
            raise CalibrationError(
                f"the tensor {name!r} has the shape {values.shape}: its second axis must be the channels, "
                "the same for all samples"
            )
        others = (0, *range(2, values.ndim))
        self._sums += values.sum(axis=others, dtype=np.float64)
        self._pixels += values.size // channels

    def means(self) -> tuple[float, ...]:
        """In the tensor's units."""
        return tuple((self._sums / self._pixels).tolist())
