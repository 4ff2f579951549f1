"""Target: what one device is, read from `NAME.yaml` beside this file."""

from collections.abc import Collection
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edgec_runtime.format.manifest import EngineName, Precision
from edgec_runtime.format.names import segment_problem
from edgec_runtime.format.profile import PORTABLE

PROFILED: tuple[Precision, ...] = ("int8-static", "mixed")
"""The precisions that compute in integers, once for each profile."""


class Int8(BaseModel):
    """How integers are laid out where a processor is fast.

    `activation`: type of activations. `per_channel`: one weight scale a channel, else one a tensor.
    `reduce_range`: weights in 7 bits, because the processor may add pairs of products in 16 bits (x86
    without VNNI) and would saturate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    activation: Literal["uint8", "int8"]
    per_channel: bool = True
    reduce_range: bool = False


class Profile(BaseModel):
    """The integers for some of a target's processors.

    `instructions`: any one of these the processor must have, as Linux names them; empty where any will do.
    `merge_up_convolutions`: a ConvTranspose and the convolution behind it become one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    int8: Int8
    architectures: tuple[str, ...] = Field(min_length=1)
    instructions: tuple[str, ...] = ()
    merge_up_convolutions: bool = False


class Budgets(BaseModel):
    """What a variant may cost at most on the device; None is not limited. `edgec gate` holds it to that.

    `latency_ms`: median of a warm run on `threads` threads. `memory_mib`: peak of the process. `size_mib`: of
    the network's files.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latency_ms: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    memory_mib: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    size_mib: float | None = Field(default=None, gt=0, allow_inf_nan=False)


class Target(BaseModel):
    """One device: the engine that is fast there, what it can and cannot run.

    `profiles`: by name, the best first. The last is `portable`, right on every processor of the target.
    `threads`: cores that a bench uses there by default. `cannot`: a precision to why it is not possible.
    `only`: a precision to the architectures that it is for, where not all.
    `avoid`: another engine to why this target does not choose it. `core`: the processor that is emulated to
    count its instructions, by QEMU's name; None where the target is any machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    engine: EngineName
    min_engine_version: str
    architectures: tuple[str, ...] = Field(min_length=1)
    threads: int = Field(ge=1, description="cores a bench uses by default there")
    core: str | None = None
    precisions: tuple[Precision, ...] = Field(min_length=1)
    profiles: dict[str, Profile] = Field(default_factory=dict)
    cannot: dict[str, str] = Field(default_factory=dict, description="precision -> why not")
    only: dict[Precision, tuple[str, ...]] = Field(default_factory=dict)
    avoid: dict[EngineName, str] = Field(default_factory=dict, description="engine -> why not")
    budgets: Budgets = Budgets()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        both = sorted(set(self.precisions) & set(self.cannot))
        if both:
            raise ValueError(f"{both[0]} stands under precisions and under cannot")
        integers = sorted(set(PROFILED) & set(self.precisions))
        if integers and not self.profiles:
            raise ValueError(f"{integers[0]} needs the key profiles")
        strange = sorted(set(self.only) - set(self.precisions))
        if strange:
            raise ValueError(f"{strange[0]} stands under only and not under precisions")
        if self.engine in self.avoid:
            raise ValueError(f"{self.engine} is the engine and stands under avoid")
        return self

    @model_validator(mode="after")
    def _portable_last(self) -> Self:
        for name, profile in self.profiles.items():
            problem = segment_problem(name)
            if problem is not None:
                raise ValueError(f"the profile {name!r} {problem}")
            others = sorted(set(profile.architectures) - set(self.architectures))
            if others:
                raise ValueError(f"the profile {name} is for {others[0]}, the target is not")
        if self.profiles:
            self._check_portable(*list(self.profiles.items())[-1])
        return self

    def _check_portable(self, name: str, profile: Profile) -> None:
        everywhere = set(profile.architectures) == set(self.architectures) and not profile.instructions
        if name != PORTABLE or not everywhere:
            raise ValueError(
                f"the last profile must be {PORTABLE}, for all architectures of the target and without "
                "instructions"
            )

    def profiles_for(self, precision: Precision, names: Collection[str]) -> tuple[str | None, ...]:
        """The profiles to build `precision` in: those of `names` that this target has, else the portable one.

        (None,) for a precision that computes in no integers.
        """
        if precision not in PROFILED or not self.profiles:
            return (None,)
        return tuple(name for name in self.profiles if name in names) or (PORTABLE,)
