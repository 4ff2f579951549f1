"""Recipe: what to train and build, typed and checked, with a digest."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from edgec.recipe.data import DataRecipe
from edgec.recipe.distil import DistilRecipe
from edgec.recipe.option import Option as Option
from edgec.recipe.prune import PruneRecipe
from edgec.recipe.train import TrainRecipe
from edgec_calibration.methods import Method
from edgec_runtime.errors import ManifestError
from edgec_runtime.format.check_value import check_version
from edgec_runtime.format.manifest import Precision
from edgec_runtime.format.names import segment_problem

Size = tuple[int, int]
Output = Literal["probability", "mask"]
Io = Literal["float", "int8"]
Recorded = str | int | float | bool | tuple[str | int | float, ...] | None

CALIBRATION = "nuclei-calibration"
"""What is calibrated on where a recipe says nothing of data."""

_LEARNING = ("data", "train", "distil", "prune")
_OPTIONS = "options."  # before the name of each in a record


class Recipe(BaseModel):
    """Everything that decides a bundle's bytes, besides the files it names; and how its weights are made.

    `options`: those of the zoo's network, by name. `data`: the images and masks that it learns from, is
    calibrated with and evaluated on, where `calibration` and `evaluation` name no others.

    `size`: (height, width) in pixels, or None for any size the network takes. `scale`, `mean`, `std`: a
    pixel p of an 8-bit image becomes ``(p * scale - mean[c]) / std[c]``. `activation`: what turns the
    network's output into probabilities; None finds out from the graph. `output`: "mask" where nobody asks
    for probabilities. `calibration` and `evaluation`:
    a data set's name or a folder, or None for the parts of `data`; `calibration` may be an .npz file too, of
    which, as of any, at most `calibration_samples` images are taken, and is CALIBRATION where there is no
    `data` either. `io`: what quantized TFLite networks take and give.
    `profiles`: those of the targets in which integers are built, by default the portable one.
    `float_layers`: the convolutions that stay in float where the precision is mixed, by the names that
    `edgec tune` and `edgec inspect --ops` tell. `max_latency_ms`, `max_memory_mib`, `max_size_mib`: what
    `edgec gate` allows every variant at most, instead of the target's own budgets.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    model: str
    options: dict[str, Option] = {}
    checkpoint: Path | None = None
    data: DataRecipe | None = None
    train: TrainRecipe | None = None
    distil: DistilRecipe | None = None
    prune: PruneRecipe | None = None
    name: str | None = None
    version: str = "1.0.0"
    precisions: tuple[Precision, ...] = ("fp32", "int8-static")
    targets: tuple[str, ...] = ("cpu", "openvino", "tflite")
    profiles: tuple[str, ...] = ()
    size: Size | None = (256, 256)
    channels: int | None = Field(default=None, ge=1, le=1024)
    colour: Literal["grey", "rgb", "bgr"] | None = None
    scale: float = Field(default=1 / 255, gt=0, allow_inf_nan=False)
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    activation: Literal["none", "sigmoid", "softmax"] | None = None
    output: Output = "probability"
    threshold: float = Field(default=0.5, gt=0, lt=1)
    classes: tuple[str, ...] | None = None
    calibration: str | None = None
    calibration_method: Method = "min-max"
    calibration_samples: int = Field(default=64, ge=1)
    evaluation: str | None = None
    io: Io = "float"
    float_layers: tuple[str, ...] = ()
    max_latency_ms: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_memory_mib: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_size_mib: float | None = Field(default=None, gt=0, allow_inf_nan=False)

    @field_validator("version")
    @classmethod
    def _semantic(cls, version: str) -> str:
        try:
            check_version(version)
        except ManifestError as error:
            raise ValueError(f"{version!r} is not a semantic version: write one such as 1.0.0") from error
        return version

    @field_validator("name")
    @classmethod
    def _one_segment(cls, name: str | None) -> str | None:
        problem = None if name is None else segment_problem(name)
        if problem is not None:
            raise ValueError(f"{name!r} {problem}")
        return name

    @model_validator(mode="after")
    def _sizes(self) -> Self:
        if self.size is not None and min(self.size) < 1:
            raise ValueError(f"size {self.size[0]}x{self.size[1]}: both must be at least 1")
        if min(self.std) <= 0:
            raise ValueError("std must be above 0")
        return self

    @model_validator(mode="after")
    def _mixed(self) -> Self:
        if "mixed" in self.precisions and not self.float_layers:
            raise ValueError(
                "mixed needs the layers that stay in float: run `edgec tune`, which finds them, or name them "
                "with --float-layers"
            )
        if self.float_layers and "mixed" not in self.precisions:
            raise ValueError(
                "float layers belong to the precision mixed: add --quant mixed, or leave them out"
            )
        return self

    def record(self) -> dict[str, Recorded]:
        """The recipe as the manifest tells it: no folder of this machine in it, only names.

        How the weights were made is not among it: the checkpoint tells that, and its digest stands beside.
        """
        fields: dict[str, Recorded] = {}
        for key, value in self.model_dump(mode="json", exclude={"options", *_LEARNING}).items():
            fields[key] = tuple(value) if isinstance(value, list) else value
        for key, value in self.options.items():
            fields[_OPTIONS + key] = value
        if self.data is not None:
            name = self.data.path.resolve().name
            fields["calibration"] = self.calibration or f"{name}#train"
            fields["evaluation"] = self.evaluation or f"{name}#val"
        fields["calibration"] = fields["calibration"] or CALIBRATION
        for key in ("checkpoint", "calibration", "evaluation"):
            if fields[key] is not None:
                fields[key] = Path(str(fields[key])).name
        fields["model"] = _without_folder(self.model)
        return fields

    @classmethod
    def from_record(cls, record: Mapping[str, Recorded]) -> Self:
        """The recipe that a manifest tells. Raises ValidationError where it is none of this edgec."""
        options = {k.removeprefix(_OPTIONS): v for k, v in record.items() if k.startswith(_OPTIONS)}
        others = {key: value for key, value in record.items() if not key.startswith(_OPTIONS)}
        return cls.model_validate({**others, "options": options})

    @property
    def digest(self) -> str:
        """sha256 of the record as canonical JSON, in hex."""
        text = json.dumps(self.record(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _without_folder(model: str) -> str:
    path, colon, factory = model.partition(":")
    return Path(path).name + colon + factory
