"""Lowered: what every engine's lowering returns."""

from dataclasses import dataclass
from typing import Literal

from edgec_runtime.format.manifest import Affine


@dataclass(frozen=True)
class Lowered:
    """The files of one engine, and how its input and output are named there.

    `files`: file name to bytes, the same bytes for the same graph. `layout`: of the input and the output.
    `input` and `output`: the engine's own tensor names. `input_quantization` and `output_quantization`: what
    their int8 stand for; None where they are float32.
    """

    files: dict[str, bytes]
    layout: Literal["NCHW", "NHWC"]
    input: str
    output: str
    input_quantization: Affine | None = None
    output_quantization: Affine | None = None
