"""Canonical JSON: one sequence of bytes for one value.

Keys sorted by code point, no space, UTF-8 without escapes that are not needed, numbers as Python's
`repr` (a float always has a point or an exponent), no newline at the end.
"""

import json
import math
import re
from typing import NoReturn

from edgec_runtime.errors import LimitError, ManifestError
from edgec_runtime.format.limits import INTEGER, MANIFEST_BYTES, MANIFEST_DEPTH

# Control, line-separating and text-direction characters: a name that holds one shows a person something
# other than what it is, or drives the terminal. In canonical JSON, what is below 32 stands as an escape.
_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*\\[^\"\\]")
_NUMBER_LENGTH = 40  # digits; the longest number that is allowed needs 24


def encode(value: object) -> bytes:
    """The canonical bytes of `value`: dict, list, tuple, str, int, float, bool, None.

    Raises ManifestError where a value is something else or is not finite.
    """
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise ManifestError(f"this cannot be written as canonical JSON: {error}") from error


def decode(data: bytes) -> object:
    """Parse canonical JSON. Raises ManifestError where it is not that, LimitError where too large or deep."""
    if len(data) > MANIFEST_BYTES:
        raise LimitError(f"the manifest has {len(data)} bytes, at most {MANIFEST_BYTES} are allowed")
    value, text = _parse(data)
    _check_depth(value, 1)
    again = encode(value)
    if again != data:
        place = next((i for i, (a, b) in enumerate(zip(data, again, strict=False)) if a != b), len(again))
        raise ManifestError(
            f"the manifest is not canonical JSON: at byte {place} stands {data[place : place + 20]!r}"
        )
    hidden = _HIDDEN.search(text) or ("\\" in text and _ESCAPE.search(text))
    if hidden:
        raise ManifestError(f"the manifest holds {hidden[0]!a}: control characters are not allowed")
    return value


def _parse(data: bytes) -> tuple[object, str]:
    try:
        text = data.decode()
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_real,
            parse_constant=_constant,
        )
        return value, text
    except UnicodeDecodeError as error:
        raise ManifestError(f"the manifest is not UTF-8: {error}") from error
    except RecursionError as error:
        raise LimitError(f"the manifest is nested deeper than {MANIFEST_DEPTH}") from error
    except ValueError as error:
        raise ManifestError(f"the manifest is not JSON: {error}") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ManifestError(f"the manifest has the key {key[:80]!a} twice in one object")
        found[key] = value
    return found


def _integer(text: str) -> int:
    if len(text) > _NUMBER_LENGTH or abs(int(text)) >= INTEGER:
        raise ManifestError(f"the manifest holds the integer {text[:_NUMBER_LENGTH]}: it must be below 2^53")
    return int(text)


def _real(text: str) -> float:
    if len(text) > _NUMBER_LENGTH or not math.isfinite(float(text)):
        raise ManifestError(f"the manifest holds the number {text[:_NUMBER_LENGTH]}: too large or too long")
    return float(text)


def _constant(text: str) -> NoReturn:
    raise ManifestError(f"the manifest holds {text}: only finite numbers are allowed")


def _check_depth(value: object, depth: int) -> None:
    if depth > MANIFEST_DEPTH:
        raise LimitError(f"the manifest is nested deeper than {MANIFEST_DEPTH}")
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        if isinstance(item, (dict, list)):
            _check_depth(item, depth + 1)
