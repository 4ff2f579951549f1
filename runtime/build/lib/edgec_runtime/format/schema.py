"""The JSON schema of the manifest, made from the same dataclasses that `decode.py` reads.

``python -m edgec_runtime.format.schema > docs/bundle.schema.json`` writes the published file.
"""

import inspect
import json
from dataclasses import is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from edgec_runtime.format import limits
from edgec_runtime.format.check_value import LABEL_LENGTH, SHA256_PATTERN, VERSION_PATTERN
from edgec_runtime.format.check_variant import ENGINE_VERSION_PATTERN, MAX_SCALE, MIN_SCALE
from edgec_runtime.format.decode import hints_of, members
from edgec_runtime.format.manifest import SCHEMA, Manifest
from edgec_runtime.format.names import SEGMENT_PATTERN

_TYPES: dict[Any, str] = {NoneType: "null", bool: "boolean", int: "integer", float: "number", str: "string"}
_SEGMENT = {"pattern": f"^{SEGMENT_PATTERN}$"}
_SHA256 = {"pattern": f"^{SHA256_PATTERN}$"}
_PATH = {"pattern": f"^{SEGMENT_PATTERN}(/{SEGMENT_PATTERN}){{0,{limits.NAME_SEGMENTS - 1}}}$"}
_LABEL = {"minLength": 1, "maxLength": LABEL_LENGTH}
_FRACTION = {"minimum": 0, "maximum": 1}
_SIZE = {"minimum": 0}
_DIMENSION = {"minimum": 1, "maximum": limits.TENSOR_DIMENSION}

# What a key must be beyond its type, as far as JSON Schema can say it of one value.
_RULES: dict[tuple[str, str], dict[str, Any]] = {
    ("Manifest", "schema"): {"const": SCHEMA},
    ("Manifest", "name"): _SEGMENT,
    ("Manifest", "version"): {"pattern": f"^{VERSION_PATTERN}$", "maxLength": 64},
    ("Manifest", "digest"): _SHA256,
    ("Manifest", "parameters"): _SIZE,
    ("Manifest", "variants"): {"minItems": 1},
    ("Manifest", "files"): {"minItems": 1, "maxItems": limits.FILES},
    ("FileEntry", "path"): _PATH,
    ("FileEntry", "size"): _SIZE,
    ("FileEntry", "sha256"): _SHA256,
    ("Lineage", "recipe_sha256"): _SHA256,
    ("Lineage", "checkpoint_sha256"): _SHA256,
    ("Lineage", "samples_sha256"): _SHA256,
    ("InputSpec", "name"): _LABEL,
    ("InputSpec", "channels"): {"enum": [1, 3]},
    ("InputSpec", "height"): _DIMENSION,
    ("InputSpec", "width"): _DIMENSION,
    ("InputSpec", "multiple_of"): _DIMENSION,
    ("InputSpec", "scale"): {"exclusiveMinimum": 0},
    ("OutputSpec", "name"): _LABEL,
    ("OutputSpec", "channels"): _DIMENSION,
    ("OutputSpec", "threshold"): {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
    ("ClassSpec", "name"): _LABEL,
    ("ClassSpec", "colour"): {"minItems": 3, "maxItems": 3},
    ("TensorFile", "path"): _PATH,
    ("TensorFile", "shape"): {"minItems": 1, "maxItems": limits.TENSOR_RANK},
    ("Variant", "target"): _SEGMENT,
    ("Variant", "profile"): _SEGMENT,
    ("Variant", "min_engine_version"): {"pattern": f"^{ENGINE_VERSION_PATTERN}$"},
    ("Variant", "engine_versions"): {"minItems": 1, "uniqueItems": True},
    ("Variant", "architectures"): {"minItems": 1, "uniqueItems": True},
    ("Variant", "instructions"): {"uniqueItems": True},
    ("Variant", "input"): _LABEL,
    ("Variant", "output"): _LABEL,
    ("Variant", "files"): {"minItems": 1, "uniqueItems": True},
    ("Affine", "scale"): {"minimum": MIN_SCALE, "maximum": MAX_SCALE},
    ("Affine", "zero_point"): {"minimum": -128, "maximum": 127},
    ("Golden", "min_agreement"): _FRACTION,
    ("Golden", "max_mean_error"): _SIZE,
    ("Parity", "mask_agreement"): _FRACTION,
    **{("Accuracy", key): _FRACTION for key in ("dice", "iou", "pixel_accuracy", "precision", "recall")},
}


def json_schema() -> dict[str, Any]:
    """The schema of `manifest.json` (JSON Schema, draft 2020-12)."""
    definitions: dict[str, Any] = {}
    _define(Manifest, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "edgec bundle manifest",
        "$ref": "#/$defs/Manifest",
        "$defs": definitions,
    }


def _define(kind: type, definitions: dict[str, Any]) -> None:
    definitions[kind.__name__] = {}  # keeps the order of first use
    hints = hints_of(kind)
    definitions[kind.__name__] = {
        "description": inspect.cleandoc(kind.__doc__ or ""),
        "type": "object",
        "properties": {
            name: {**_schema(hint, definitions), **_RULES.get((kind.__name__, name), {})}
            for name, hint in hints.items()
        },
        "required": list(hints),
        "additionalProperties": False,
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    found = members(kind)
    if len(found) > 1:
        scalars = [_TYPES[member] for member in found if member in _TYPES]
        if len(scalars) == len(found):
            return {"type": scalars}
        return {"anyOf": [_schema(member, definitions) for member in found]}
    origin, arguments = get_origin(kind), get_args(kind)
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            _define(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1], definitions)}
    return {"type": _TYPES[kind]}


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
