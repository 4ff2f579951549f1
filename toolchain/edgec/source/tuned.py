"""Tuned: what a network that was trained for a profile's integers carries, in its ONNX file's metadata."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from edgec.errors import ModelSourceError
from edgec_calibration import CalibrationError, Ranges
from edgec_runtime.format.names import segment_problem
from edgec_targets.target import Int8

KEY, RANGES = "edgec.tuned", "edgec.ranges"
LARGEST = 4 * 1024 * 1024  # characters of one entry


@dataclass(frozen=True)
class Tuned:
    """The ranges that the network was trained with, and for which integers: those of a target's profile."""

    target: str
    profile: str
    int8: Int8
    ranges: Ranges

    @property
    def words(self) -> str:
        """The target and its profile."""
        return f"{self.target} {self.profile}"

    def fits(self, int8: Int8) -> bool:
        """Whether these are the integers of the training; uint8 and int8 activations differ by 128 alone."""
        return int8.model_copy(update={"activation": self.int8.activation}) == self.int8

    def properties(self) -> dict[str, str]:
        """The metadata entries that `read_tuned` reads."""
        record = _Record(version=1, target=self.target, profile=self.profile, int8=self.int8)
        return {KEY: record.model_dump_json(), RANGES: self.ranges.to_json()}


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1]
    target: str
    profile: str
    int8: Int8

    @field_validator("target", "profile")
    @classmethod
    def _name(cls, name: str) -> str:
        problem = segment_problem(name)
        if problem is not None:
            raise ValueError(f"{name!r} {problem}")
        return name


def read_tuned(properties: Mapping[str, str], where: str) -> Tuned | None:
    """What a network's metadata carries; None where there is nothing of ours. `where`: the file, for errors.

    Raises ModelSourceError for anything that `Tuned.properties` did not write.
    """
    entries = [properties.get(key) for key in (KEY, RANGES)]
    if entries == [None, None]:
        return None
    try:
        return _read(*entries)
    except (CalibrationError, ValueError) as error:
        raise ModelSourceError(
            f"{where}: what it carries of its training for integers is damaged ({_said(error)}): tune the "
            "network again with `edgec train --qat int8`"
        ) from error


def _read(record: str | None, ranges: str | None) -> Tuned:
    if record is None or ranges is None:
        raise ValueError(f"the entry {KEY if record is None else RANGES} is missing")
    if max(len(record), len(ranges)) > LARGEST:
        raise ValueError("an entry is larger than 4 MiB")
    found = _Record.model_validate_json(record)
    return Tuned(found.target, found.profile, found.int8, Ranges.from_json(ranges))


def _said(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg'].removeprefix('Value error, ')}"
