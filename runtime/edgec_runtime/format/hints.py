"""What the type hints of the manifest's dataclasses say, for reading, writing and the schema."""

from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


def members(kind: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type itself."""
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """Field name -> type of a dataclass, in order."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


@cache
def defaults_of(kind: type) -> dict[str, Any]:
    """Field name -> what a dataclass has there where nothing is said."""
    return {field.name: field.default for field in fields(kind) if field.default is not MISSING}


def json_kind(kind: Any) -> type:
    """The type that `json.loads` gives for `kind`."""
    origin = get_origin(kind)
    if origin is tuple:
        return list
    if origin is dict or is_dataclass(kind):
        return dict
    if origin is Literal:
        return type(get_args(kind)[0])
    found: type = kind
    return found
