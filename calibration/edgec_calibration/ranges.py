"""Ranges: what values each tensor of a graph takes on real samples."""

import json
import math
from dataclasses import dataclass, field
from typing import Any, NoReturn

from edgec_calibration.errors import CalibrationError

SCHEMA = 2

Range = tuple[float, float]


@dataclass(frozen=True)
class Ranges:
    """Tensor name -> (low, high) in the tensor's own units; low <= 0 <= high.

    `method` names the observer, `graph_sha256` and `samples_sha256` what was observed. `means`: tensor
    name -> the mean of each of its channels, for the tensors for which it was asked.
    """

    tensors: dict[str, Range]
    method: str
    graph_sha256: str
    samples_sha256: str
    means: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Canonical JSON: the same text for the same ranges, every float to the last bit."""
        document = {
            "schema": SCHEMA,
            "method": self.method,
            "graph_sha256": self.graph_sha256,
            "samples_sha256": self.samples_sha256,
            "tensors": {name: list(limits) for name, limits in self.tensors.items()},
            "means": {name: list(means) for name, means in self.means.items()},
        }
        return json.dumps(document, sort_keys=True, indent=1, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Ranges":
        """Read what `to_json` wrote. Raises CalibrationError for anything else."""
        try:
            document = json.loads(text, object_pairs_hook=_unique, parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            _refuse(str(error) or type(error).__name__)
        return _decode(document)


_KEYS = {"schema", "method", "graph_sha256", "samples_sha256", "tensors", "means"}


def _decode(document: Any) -> Ranges:
    if not isinstance(document, dict) or set(document) != _KEYS:
        _refuse(f"the keys must be exactly {', '.join(sorted(_KEYS))}")
    if type(document["schema"]) is not int or document["schema"] != SCHEMA:
        _refuse(f"schema is {document['schema']!r}, this edgec reads {SCHEMA}")
    for key in ("method", "graph_sha256", "samples_sha256"):
        if not isinstance(document[key], str):
            _refuse(f"{key} is {document[key]!r}, not a text")
    for key in ("tensors", "means"):
        if not isinstance(document[key], dict):
            _refuse(f"{key} is not an object")
    tensors = {name: _limits(name, limits) for name, limits in document["tensors"].items()}
    means = {name: _means(name, values) for name, values in document["means"].items()}
    return Ranges(tensors, document["method"], document["graph_sha256"], document["samples_sha256"], means)


def _limits(name: str, limits: Any) -> Range:
    if not isinstance(limits, list) or [type(limit) for limit in limits] != [float, float]:
        _refuse(f"the range of {name!r} is {limits!r}, not two numbers with a decimal point")
    low, high = limits
    if not (math.isfinite(low) and math.isfinite(high) and low <= 0 <= high):
        _refuse(f"the range of {name!r} is {limits!r}: both ends must be finite, with 0 between them")
    return low, high


def _means(name: str, values: Any) -> tuple[float, ...]:
    if not isinstance(values, list) or not all(
        type(value) is float and math.isfinite(value) for value in values
    ):
        _refuse(f"the means of {name!r} are not finite numbers with a decimal point")
    return tuple(values)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a finite number")


def _refuse(why: str) -> NoReturn:
    raise CalibrationError(f"this is not a ranges file: {why}; write it again with a calibration run")
