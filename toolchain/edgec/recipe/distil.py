"""DistilRecipe: from which teacher a network learns, and in which phases."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class DistilRecipe(BaseModel):
    """The teacher as `edgec build` would name it; its student is the recipe's own model."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    teacher: str
    checkpoint: Path | None = None
