"""TrainRecipe: how a network is trained."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Loss = Literal["bce-dice", "ce-dice", "focal", "tversky"]
Optimizer = Literal["adam", "adamw", "sgd", "lion"]
Schedule = Literal["constant", "one-cycle", "cosine", "plateau", "step"]


class TrainRecipe(BaseModel):
    """All that decides the result beside the network and the data.

    `crop`: side of the square pieces in pixels, a multiple of what the network divides by. `average`: the
    share of the exponential moving average of the weights that a step keeps; 0 for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: int = Field(default=40, ge=1)
    batch: int = Field(default=8, ge=1)
    crop: int = Field(default=128, ge=1)
    loss: Loss = "bce-dice"
    optimizer: Optimizer = "adamw"
    schedule: Schedule = "one-cycle"
    lr: float = Field(default=3e-3, gt=0)
    decay: float = Field(default=1e-2, ge=0)
    average: float = Field(default=0.99, ge=0, lt=1)
    seed: int = 0
