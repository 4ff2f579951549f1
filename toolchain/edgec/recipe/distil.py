"""DistilRecipe: from which teacher a network learns, and in which phases."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edgec.recipe.option import Option

Start = Literal["teacher", "student"]
Stages = Literal["all", "side", "block"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TransferRecipe(_Section):
    """First weights, and a training on the task alone.

    `start`: from the teacher's weights, as many as the student is wide, or from those that the student has.
    `epochs`: 0 takes the weights over and trains nothing. `lr`: None is `train.lr`.
    """

    start: Start = "teacher"
    epochs: int = Field(default=0, ge=0)
    lr: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.start == "student" and self.epochs == 0:
            raise ValueError("a transfer from the student's own weights needs epochs, or nothing is done")
        return self


class HintsRecipe(_Section):
    """Features are matched block by block.

    `stages`: "all" blocks at once; one "side" after the other, the encoder first; or one "block" after the
    other, in the order in which they run. `epochs` and `lr` are those of each stage; None is `train.lr`.
    """

    stages: Stages = "side"
    epochs: int = Field(default=5, ge=1)
    lr: float | None = Field(default=None, gt=0)


class TaskRecipe(_Section):
    """The task itself: its loss, plus `logits` times that of the soft targets and `attention` times that of
    the attention maps, which is meaned over the blocks.

    `epochs` and `lr`: None is `train.epochs` and `train.lr`.
    """

    epochs: int | None = Field(default=None, ge=1)
    lr: float | None = Field(default=None, gt=0)
    logits: float = Field(default=1.0, ge=0)
    attention: float = Field(default=0.0, ge=0)


class DistilRecipe(_Section):
    """The teacher as `edgec build` would name it; its student is the recipe's own model.

    `teacher`: a network, or a checkpoint that says itself which it is of. `checkpoint` and `options`: the
    teacher's. `temperature`: divides the logits of both before they are compared. `blocks`: which of the
    student's blocks learns from which of the teacher's, by their names as modules; where it is empty, those
    called encoder.i, bottleneck and decoder.i in both. `transfer`, `hints` and `task` are the phases, in
    that order; None leaves one out.
    """

    teacher: str
    checkpoint: Path | None = None
    options: dict[str, Option] = {}
    temperature: float = Field(default=4.0, gt=0)
    blocks: dict[str, str] = {}
    transfer: TransferRecipe | None = None
    hints: HintsRecipe | None = None
    task: TaskRecipe = TaskRecipe()
