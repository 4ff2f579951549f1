"""Scale and zero point of an activation: real = (integer - zero_point) * scale."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edgec.errors import QuantizationError

STEPS = 255
LEAST = {"uint8": 0, "int8": -128}


@dataclass(frozen=True)
class Affine:
    """`scale` is a float32 value; `zero_point` is the integer that stands for 0.0, within the type."""

    scale: float
    zero_point: int


def affine(name: str, low: float, high: float, activation: Literal["uint8", "int8"]) -> Affine:
    """The finest 8-bit scale over [low, high] in which 0.0 is an integer.

    A value in the range comes back within half a step. uint8 and int8 differ by 128 in the zero point and
    in nothing else. A tensor that is always 0 gets the scale of (0, 1).

    Raises QuantizationError, naming the tensor, for a range that is not finite or has no 0 in it.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= 0 <= high):
        raise QuantizationError(
            f"the range of {name!r} is ({low}, {high}): both ends must be finite, with 0 between them; "
            "calibrate again"
        )
    exact = (high - low) / STEPS
    if exact > float(np.finfo(np.float32).max):
        raise QuantizationError(f"the range of {name!r} is ({low}, {high}): too wide for a float32 scale")
    scale = float(np.float32(exact))
    if scale < np.finfo(np.float32).tiny:
        return Affine(float(np.float32(1 / STEPS)), LEAST[activation])
    zero_point = min(max(round(-low / scale), 0), STEPS)
    return Affine(scale, zero_point + LEAST[activation])
