"""TrainRecipe: how a network is trained."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edgec_runtime.format.profile import PORTABLE

Loss = Literal["bce-dice", "ce-dice", "focal", "tversky"]
Optimizer = Literal["adam", "adamw", "sgd", "lion"]
Schedule = Literal["constant", "one-cycle", "cosine", "plateau", "step"]
Augmentation = Literal["mirror", "flip", "turn", "gain", "affine"]


class QatRecipe(BaseModel):
    """Fine-tuning for the integers of a target's profile, from the recipe's `checkpoint`.

    `epochs` and `lr` take the place of the training's own, which begin with random weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    precision: Literal["int8"] = "int8"
    target: str = "cpu"
    profile: str = PORTABLE
    epochs: int = Field(default=5, ge=1)
    lr: float = Field(default=1e-4, gt=0)


class TrainRecipe(BaseModel):
    """All that decides the result beside the network and the data.

    `crop`: side of the square pieces in pixels, a multiple of what the network divides by; `augment`: what is
    done to each: left and right exchanged, up and down too, quarter turns, brightness, a small rotation and
    scaling. `loss`: by default bce-dice for one output channel, ce-dice for several. `class_weights`: one for
    each class, the background first, or "balanced", by how rare it is.
    `focal_gamma` and `tversky_beta`: of these losses. `decay`: weight decay; `momentum`: of sgd.
    `drop_every`, `drop`: epochs, and the factor of the rate: of "step" after so many, of "plateau" after so
    many without a gain. `average`: the share of the exponential moving average of the weights that a step
    keeps, 0 for none; the average is what is validated and kept. `clip`: largest norm of the gradient.
    `validate_every`: epochs between validations; `patience`: validations without a gain before it ends.
    `bf16`: matrix products in bfloat16 where the processor has it. `start`: a checkpoint whose weights are
    taken where names and shapes fit. `keep_epoch`: the epoch whose weights are kept too. `threads`: of torch.
    `qat`: where the network is fine-tuned for integers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: int = Field(default=40, ge=1)
    batch: int = Field(default=8, ge=1)
    crop: int = Field(default=128, ge=1)
    augment: tuple[Augmentation, ...] = ("flip", "turn", "gain")
    loss: Loss | None = None
    class_weights: Literal["balanced"] | tuple[float, ...] | None = None
    focal_gamma: float = Field(default=2.0, ge=0)
    tversky_beta: float = Field(default=0.7, gt=0, lt=1)
    optimizer: Optimizer = "adamw"
    schedule: Schedule = "one-cycle"
    lr: float = Field(default=3e-3, gt=0)
    decay: float = Field(default=1e-2, ge=0)
    momentum: float = Field(default=0.9, ge=0, lt=1)
    drop_every: int = Field(default=10, ge=1)
    drop: float = Field(default=0.1, gt=0, lt=1)
    average: float = Field(default=0.99, ge=0, lt=1)
    clip: float | None = Field(default=None, gt=0)
    validate_every: int = Field(default=1, ge=1)
    patience: int | None = Field(default=None, ge=1)
    bf16: bool = False
    start: Path | None = None
    keep_epoch: int | None = Field(default=None, ge=1)
    threads: int | None = Field(default=None, ge=1)
    seed: int = Field(default=0, ge=0)
    qat: QatRecipe | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.keep_epoch is not None and self.keep_epoch > self.epochs:
            raise ValueError(f"keep_epoch {self.keep_epoch} is after the last of {self.epochs} epochs")
        weights = self.class_weights
        if isinstance(weights, tuple) and (not weights or min(weights) < 0 or max(weights) <= 0):
            raise ValueError("class_weights must be at least 0 and not all 0: one for each class")
        return self
