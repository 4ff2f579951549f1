"""PruneRecipe: what is taken from a trained network, and how the rest is trained again."""

from pathlib import Path
from typing import Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

Method = Literal["l1", "l2", "batchnorm", "taylor", "pearson", "cosine", "random"]
Granularity = Literal["block", "global", "unstructured"]
Reinit = Literal["none", "random", "rewind"]

METHODS: tuple[Method, ...] = get_args(Method)
GRANULARITIES: tuple[Granularity, ...] = get_args(Granularity)
REINITS: tuple[Reinit, ...] = get_args(Reinit)
DEFAULT = "default"
"""The ratio of every block that is not named."""
MULTIPLE = 8
"""Kernels take channels in eights (AVX2's floats, Arm's), those of ONNX Runtime with AVX-512 in sixteens."""


class PruneRecipe(BaseModel):
    """Pruning of the recipe's trained network, its `checkpoint` or the weights that edgec ships.

    `ratios`: the share of the channels that go, by blocks as `edgec models --detail` names them, or by the
    first part of such a name; "default" for all others, 0 where it is not said. `method`: the score by which
    channels go, the least first: norm of the filters, size of BatchNorm's scale, gradient times weight
    (Taylor), feature maps that say what others do ("pearson", "cosine": above `threshold`), or at random.
    `granularity`: of each "block" its share; one ranking of all channels ("global") or of all weights
    ("unstructured", which sets them to zero), where only the default ratio counts. `multiple`: what is left
    of a layer is rounded to a multiple of it, at least one. `samples`: images that taylor, pearson and cosine
    look at.

    `reinit`: the weights that are left are kept, made anew ("random"), or those that the training had in the
    checkpoint `early` ("rewind"; `train.keep_epoch` keeps one). `recalibrate`: batches from which BatchNorm's
    statistics are taken anew. `steps`: prune a part, train, and so on. `epochs` and `lr`: of the training
    after each, in place of `train`'s own; 0 epochs train nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    ratios: dict[str, float] = {DEFAULT: 0.3}
    method: Method = "l1"
    granularity: Granularity = "block"
    multiple: int = Field(default=MULTIPLE, ge=1, le=1024)
    threshold: float = Field(default=0.9, ge=0, lt=1)
    samples: int = Field(default=16, ge=1)
    reinit: Reinit = "none"
    early: Path | None = None
    recalibrate: int = Field(default=25, ge=0)
    steps: int = Field(default=1, ge=1)
    epochs: int = Field(default=20, ge=0)
    lr: float = Field(default=1e-3, gt=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        for block, ratio in self.ratios.items():
            if not 0 <= ratio < 1:
                raise ValueError(
                    f"ratios: {block}: {ratio:g} would leave no channel, or is no share: at least 0, below 1"
                )
        if self.granularity != "block" and set(self.ratios) - {DEFAULT}:
            raise ValueError(
                f"ratios of blocks are for granularity block: with {self.granularity}, only {DEFAULT}"
            )
        if (self.reinit == "rewind") != (self.early is not None):
            raise ValueError(
                "reinit rewind needs the early checkpoint, and nothing else does: set early to the file that "
                "train.keep_epoch has kept"
            )
        return self

    @model_validator(mode="after")
    def _trained(self) -> Self:
        if self.steps > 1 and self.epochs == 0:
            raise ValueError(f"{self.steps} steps without epochs between them are one: set epochs")
        if self.granularity != "unstructured":
            return self
        if (self.steps, self.epochs, self.reinit, self.recalibrate) != (1, 0, "none", 0):
            raise ValueError(
                "unstructured pruning sets weights to zero, which training would not keep: set epochs and "
                "recalibrate to 0, steps to 1 and reinit to none"
            )
        if self.method not in ("l1", "random"):
            raise ValueError(f"method {self.method} is of channels: for single weights choose l1 or random")
        return self
