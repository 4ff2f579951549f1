"""Masks: which channels of each layer stay, and why; a file from which the same network is made anywhere."""

import hashlib
import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edgec.errors import CheckpointError
from edgec.recipe.option import Option
from edgec.recipe.prune import Granularity, Method

SCHEMA = 1
LARGEST = 64 * 1024 * 1024  # bytes of the file

_Name = Annotated[str, Field(min_length=1, max_length=1000)]
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Place = Annotated[int, Field(ge=0, lt=1 << 20)]
_Places = Annotated[tuple[_Place, ...], Field(min_length=1)]


def _ascending(places: Sequence[int]) -> bool:
    return all(one < next_one for one, next_one in pairwise(places))


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class Layer(_Strict):
    """The channels that a layer keeps of those that it takes and gives, ascending; None: all."""

    inputs: _Places | None = None
    outputs: _Places | None = None

    @field_validator("inputs", "outputs")
    @classmethod
    def _in_order(cls, places: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if places is not None and not _ascending(places):
            raise ValueError("channels are ascending, each once")
        return places


class GroupMask(_Strict):
    """Channels that went or stayed together: which of them stay, and the score of each.

    `layer`: the first that makes them, in `block`; `layers`: all that make or take them. `ratio`: the share
    that was to go.
    """

    block: _Name
    layer: _Name
    layers: tuple[_Name, ...] = Field(min_length=1)
    width: int = Field(ge=1, lt=1 << 20)
    ratio: float = Field(ge=0, le=1)
    kept: _Places
    scores: tuple[float, ...]

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if len(self.scores) != self.width:
            raise ValueError(f"there are {len(self.scores)} scores and {self.width} channels")
        if self.kept[-1] >= self.width or not _ascending(self.kept):
            raise ValueError(f"the channels kept are ascending and below {self.width}, each once")
        return self


class Masks(_Strict):
    """What was taken from the network `model` with `options`; its checkpoint has the digest `source_sha256`.

    `layers` says it layer by layer, `groups` why. `weights`: of unstructured pruning, by the name of each
    tensor: one bit a weight in C order, set where it stays, the first in the highest bit of a byte; base64.
    `ratios`: the share that was to go, by the block's name or "default". `multiple`: what widths are rounded
    to.
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    model: _Name
    options: dict[str, Option] = Field(max_length=100)
    source_sha256: _Sha256
    method: Method
    granularity: Granularity
    ratios: dict[str, float]
    multiple: int = Field(ge=1)
    layers: dict[_Name, Layer] = {}
    groups: tuple[GroupMask, ...] = ()
    weights: dict[_Name, str] = {}

    def to_json(self) -> str:
        """The file's text: the same for the same masks."""
        document = self.model_dump(mode="json", by_alias=True)
        lines = ",\n".join(
            f"{json.dumps(key)}: {json.dumps(value, sort_keys=True, ensure_ascii=False)}"
            for key, value in sorted(document.items())
        )
        return f"{{\n{lines}\n}}\n"

    @property
    def sha256(self) -> str:
        """Of the file, in hex."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def check_source(self, sha256: str | None, name: str) -> None:
        """Raise CheckpointError where the masks are for another checkpoint than the one of that digest."""
        if sha256 != self.source_sha256:
            raise CheckpointError(
                f"the masks are for another checkpoint than {name}: its sha256 is "
                f"{(sha256 or 'none')[:12]}..., "
                f"that of the one that was pruned {self.source_sha256[:12]}...: name that one"
            )


def read_masks(path: Path) -> Masks:
    """The masks in a file. Raises CheckpointError where it is none that `Masks.to_json` wrote."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise CheckpointError(f"cannot read the masks {path}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise CheckpointError(f"{path} is larger than {LARGEST >> 20} MiB: those are no masks")
    return parse_masks(data, str(path))


def parse_masks(data: bytes, where: str) -> Masks:
    """As `read_masks`, of the file's bytes; `where`: its name, for errors."""
    try:
        return Masks.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        why = first["msg"].removeprefix("Value error, ")
        raise CheckpointError(f"{where}: these are no masks of edgec: {place}: {why}") from error
