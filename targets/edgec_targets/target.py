"""Target: what one device is, read from `NAME.yaml` beside this file."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Precision = Literal["fp32", "int8-static"]


class Int8(BaseModel):
    """How integers are laid out where this target is fast.

    `activation`: type of activations. `per_channel`: one weight scale a channel, else one a tensor.
    `reduce_range`: weights in 7 bits, because the processor may add pairs of products in 16 bits (x86
    without VNNI) and would saturate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    activation: Literal["uint8", "int8"]
    per_channel: bool = True
    reduce_range: bool = False


class Target(BaseModel):
    """One device: the engine that is fast there, what it can and cannot run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    engine: Literal["onnxruntime", "openvino", "tflite"]
    min_engine_version: str
    architectures: tuple[str, ...] = Field(min_length=1)
    threads: int = Field(ge=1, description="cores a bench uses by default there")
    precisions: tuple[Precision, ...] = Field(min_length=1)
    int8: Int8 | None
    cannot: dict[str, str] = Field(default_factory=dict, description="precision -> why not")
