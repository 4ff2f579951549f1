"""The one form of what a bench prints."""

import json
from pathlib import Path
from typing import Any

import jsonschema

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/bench.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def read(text: str) -> dict[str, Any]:
    """The document that `text` is: strict JSON of the schema, whose rows have no key beside the schema's."""
    document: dict[str, Any] = json.loads(text, parse_constant=_refuse)
    VALIDATOR.validate(document)
    known = {*SCHEMA["$defs"]["row"]["required"], "error"}
    assert all(set(row) <= known for row in document["measurements"])
    return document


def _refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")
