"""What a pruned network is marked with: its widths and where they come from; a checkpoint says the same."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from edgec.recipe.prune import Granularity, Method

_MARK = "edgec_pruned"
_Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Width = Annotated[int, Field(ge=1, lt=1 << 20)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, strict=True)


class Step(_Strict):
    """One pruning: the digests of the checkpoint that was pruned and of the masks, and how it was done."""

    source_sha256: _Sha256
    masks_sha256: _Sha256
    method: Method
    granularity: Granularity
    ratios: dict[str, float] = Field(max_length=1000)


class Pruned(_Strict):
    """`widths`: the channels into and out of each layer that has fewer than its network's options say.

    `steps`: the prunings that led there, the first one first.
    """

    widths: dict[str, tuple[_Width, _Width]] = Field(max_length=10_000)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=100)


def pruned_of(network: nn.Module) -> Pruned | None:
    """What the network was marked with; None where it was not pruned."""
    found: Pruned | None = getattr(network, _MARK, None)
    return found


def mark(network: nn.Module, pruned: Pruned) -> None:
    """Say of a network what was done to it; copies of it say it too."""
    setattr(network, _MARK, pruned)
