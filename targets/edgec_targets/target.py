"""Target: what one device is, read from `NAME.yaml` beside this file."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edgec_runtime.format.manifest import EngineName, Precision


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
    """One device: the engine that is fast there, what it can and cannot run.

    `threads`: cores that a bench uses there by default. `cannot`: a precision to why it is not possible.
    `avoid`: another engine to why this target does not choose it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    engine: EngineName
    min_engine_version: str
    architectures: tuple[str, ...] = Field(min_length=1)
    threads: int = Field(ge=1, description="cores a bench uses by default there")
    precisions: tuple[Precision, ...] = Field(min_length=1)
    int8: Int8 | None
    cannot: dict[str, str] = Field(default_factory=dict, description="precision -> why not")
    avoid: dict[EngineName, str] = Field(default_factory=dict, description="engine -> why not")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = sorted(set(self.precisions) & set(self.cannot))
        if both:
            raise ValueError(f"{both[0]} stands under precisions and under cannot")
        integers = sorted({"int8-static", "mixed"} & set(self.precisions))
        if integers and self.int8 is None:
            raise ValueError(f"{integers[0]} needs the key int8")
        if self.engine in self.avoid:
            raise ValueError(f"{self.engine} is the engine and stands under avoid")
        return self
