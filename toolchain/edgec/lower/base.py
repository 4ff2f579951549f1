"""Lowered: what every engine's lowering returns."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Lowered:
    """The files of one engine, and how its input and output are named there.

    `files`: file name to bytes, the same bytes for the same graph. `layout`: of the input and the output,
    which are float32. `input` and `output`: the engine's own tensor names.
    """

    files: dict[str, bytes]
    layout: Literal["NCHW", "NHWC"]
    input: str
    output: str
