"""DataRecipe: where images and masks lie, in which layout, and how they are split."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Layout = Literal["auto", "pairs", "drive", "pets", "acdc", "coco", "supervisely"]
Part = Literal["train", "val", "all"]


class DataRecipe(BaseModel):
    """What `edgec.data` opens.

    `path`: a folder, or the name of a data set that is shipped. `layout`: "auto" finds out from what lies
    there. `images`, `masks`: how files are called in the layout `pairs`, from the folder on, with {stem} for
    what tells them apart: "masks/{stem}_mask". `classes`: names of the classes, the background first; None
    takes those that the layout knows. `val`: the share of the groups (patients, persons, else images) that
    validation gets, drawn by `seed`, where the layout has no split of its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    path: Path
    layout: Layout = "auto"
    images: str | None = None
    masks: str | None = None
    classes: tuple[str, ...] | None = None
    val: float = Field(default=0.2, gt=0, lt=1)
    seed: int = 0

    def part(self, part: Part) -> str:
        """A part of it, as a command line names it."""
        return f"{self.path}#{part}"
