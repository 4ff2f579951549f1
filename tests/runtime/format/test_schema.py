import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sample_bundle import sample_contents, with_manifest

from edgec_runtime.errors import BundleError
from edgec_runtime.format.decode import decode_manifest
from edgec_runtime.format.hints import hints_of
from edgec_runtime.format.manifest import Manifest
from edgec_runtime.format.schema import json_schema

DOCS = Path(__file__).parents[3] / "docs"
PRUNING = {
    "source_sha256": "0" * 64,
    "masks_sha256": "1" * 64,
    "method": "l1",
    "granularity": "block",
    "ratios": {"default": 0.3},
}
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def test_the_published_schema_is_current() -> None:
    published = json.loads((DOCS / "bundle.schema.json").read_text())
    assert published == json_schema(), "run: python -m edgec_runtime.format.schema > docs/bundle.schema.json"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_a_real_manifest_satisfies_it() -> None:
    VALIDATOR.validate(json.loads(sample_contents()["manifest.json"]))


def _set(place: Any, *steps: str | int, to: object) -> None:
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("schema",), 2),
        (("name",), "../x"),
        (("version",), "one"),
        (("extra",), 1),
        (("files", 0, "path"), "a/b/c/d/e"),
        (("files", 0, "sha256"), "0"),
        (("input", "colour"), "red"),
        (("input", "mean"), ["0"]),
        (("variants",), []),
        (("variants", 0, "engine"), "other"),
        (("variants", 0, "operators"), {"f32": "2"}),
        (("variants", 0, "accuracy", "dice"), 2.0),
        (("variants", 0, "parity"), []),
        (("golden_input", "shape"), [1] * 9),
        (("lineage", "tools"), None),
        (("lineage", "pruning"), []),
        (("lineage", "pruning"), [{"method": "l1"}]),
        (("lineage", "pruning"), [{**PRUNING, "masks_sha256": "0"}]),
        (("lineage", "pruning"), [{**PRUNING, "method": ""}]),
    ],
)
def test_schema_and_reader_refuse_the_same(steps: tuple[str | int, ...], value: object) -> None:
    data = with_manifest(lambda content: _set(content, *steps, to=value))
    with pytest.raises(BundleError):
        decode_manifest(data)
    assert not VALIDATOR.is_valid(json.loads(data))


def test_the_page_tells_of_every_key() -> None:
    page = (DOCS / "bundle.md").read_text()
    for definition in json_schema()["$defs"].values():
        for key in definition["properties"]:
            assert f"`{key}`" in page, f"docs/bundle.md does not tell of {key!r}"
    assert set(hints_of(Manifest)) == set(json_schema()["$defs"]["Manifest"]["properties"])
