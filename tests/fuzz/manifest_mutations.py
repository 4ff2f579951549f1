"""Ways to damage a manifest: its text, or its meaning."""

import json
from random import Random
from typing import Any

from byte_edits import changed_bytes
from sample_bundle import canonical_json, redigested, zipped
from zip_forms import Contents


def manifest_text(random: Random, contents: Contents) -> bytes:
    """The manifest's text changed, its digest not."""
    data = contents["manifest.json"]
    tokens = (
        b"NaN",
        b"1e999",
        b"-0",
        b"1.0",
        b"null",
        b"{}",
        b"[]",
        b'"',
        b"[" * 40,
        b"9" * 5000,
        b"\\u0000",
        b",",
    )
    start = random.randrange(len(data))
    choices = (
        lambda: changed_bytes(random, data),
        lambda: data[:start] + random.choice(tokens) + data[start:],
        lambda: data[:start] + random.choice(tokens) + data[start + random.randrange(12) :],
        lambda: json.dumps(json.loads(data), indent=random.choice((1, 2))).encode(),
        lambda: data + random.choice((b" ", b"\n", b"\0", data)),
        lambda: data.replace(b"{", b'{"schema":1,', 1),
    )
    return zipped({**contents, "manifest.json": random.choice(choices)()})


def manifest_meaning(random: Random, contents: Contents) -> bytes:
    """A manifest that breaks a rule for certain, in canonical form and with its digest made right."""
    content = json.loads(contents["manifest.json"])
    random.choice((_drop_key, _add_key, _wrong_kind, _wrong_value, _wrong_value, _wrong_list))(
        random, content
    )
    return zipped({**contents, "manifest.json": canonical_json(redigested(content))})


FREE = ("recipe", "tools", "operators")  # objects whose keys may be any


def _places(content: Any, name: str = "") -> list[tuple[Any, str | int, str]]:
    """(object or list, key, the name of the key nearest above) of every value below fixed keys."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    found = []
    for key, value in items:
        label = key if isinstance(key, str) else name
        found.append((content, key, label))
        if isinstance(value, (dict, list)) and label not in FREE:
            found += _places(value, label)
    return found


def _objects(content: Any) -> list[dict[str, Any]]:
    inner = [owner[key] for owner, key, label in _places(content) if label not in FREE]
    return [content, *(value for value in inner if isinstance(value, dict))]


def _drop_key(random: Random, content: Any) -> None:
    place = random.choice(_objects(content))
    del place[random.choice(list(place))]


def _add_key(random: Random, content: Any) -> None:
    random.choice(_objects(content))[random.choice(("x", "", "Name", "library", "__class__"))] = None


def _wrong_kind(random: Random, content: Any) -> None:
    owner, key, _ = random.choice(_places(content))
    value = owner[key]
    owner[key] = random.choice([other for other in ({}, [], True) if type(other) is not type(value)])
    if isinstance(value, (dict, list)):
        owner[key] = 1


# Key -> values that no bundle may have there.
WRONG: dict[str, tuple[object, ...]] = {
    "schema": (0, 2, -1, 2**40),
    "name": ("", "a" * 300),
    "version": ("", "1", "1.0", "v1.0.0", "1.0.0 ", "01.0.0"),
    "parameters": (-1, 0.5),
    "path": ("", "../x", "/x", "manifest.json", "nowhere", "A"),
    "size": (-1, 2**40, 2**60, 0, 3),
    "sha256": ("", "0" * 64, "0" * 63, "G" * 64, "A" * 64),
    "recipe_sha256": ("", "x"),
    "channels": (0, -1, 2, 5, 2**40),
    "height": (0, -8, 7, 2**40),
    "width": (0, -8, 9, 2**40),
    "multiple_of": (0, -1, 3, 2**40),
    "colour": ("red", [], [0, 0], [0, 0, 256], [0, 0, -1], "rgb"),
    "scale": (0.0, -1.0, 1),
    "mean": ([], [0.0, 0.0], [0], [None]),
    "std": ([], [0.0], [-1.0], [1.0, 1.0]),
    "resize": ("nearest", "", "cubic"),
    "activation": ("relu", ""),
    "decision": ("argmax", "vote"),
    "threshold": (0.0, 1.0, -1.0, 2.0, 1, None),
    "classes": ([], [{}], [{"name": "a", "colour": [0, 0, 0]}]),
    "dtype": ("object", "float64", "uint8"),
    "shape": ([], [0], [-1, -64], [1] * 9, [2**30, 2**30], [1, 1, 8, 9], [64], [1.0, 1, 8, 8], [8, 8, 1, 1]),
    "engine": ("", "tensorrt", "../x"),
    "precision": ("", "int4", -1.0, 2.0),
    "target": ("", "A", "a/b", ".."),
    "min_engine_version": ("", "latest", "1..2", "1.x"),
    "engine_versions": ([], [""], ["1", "1"], [1]),
    "architectures": ([], [""], ["a", "a"], "x86_64"),
    "profile": ("", "A", "a/b", "..", "a" * 65),
    "instructions": ([""], ["a", "a"], ["a" * 65], [None], "avx_vnni", None),
    "files": ([], ["nowhere"], [None], ["golden/input.bin"]),
    "input": ("", "a" * 300, {}),
    "output": ("", "a" * 300, {}),
    "layout": ("CHW", ""),
    "operators": ({"f32": -1}, {"f32": "2"}, []),
    "min_agreement": (-0.1, 1.1, 1),
    "max_mean_error": (-0.1, 1),
    "samples": (0, -1, 1.5),
    "max_error": (-0.1, 1),
    "mask_agreement": (-0.1, 1.1),
    "dice": (-0.1, 1.1, 93.1),
    "recall": (-0.1, 1.1),
    "variants": ([], [{}], [None], {}),
    "digest": ("", "0" * 64),
}


def _wrong_value(random: Random, content: Any) -> None:
    places = [place for place in _places(content) if place[1] in WRONG]
    owner, key, _ = random.choice(places)
    owner[key] = random.choice(WRONG[str(key)])


def _wrong_list(random: Random, content: Any) -> None:
    name = random.choice(("files", "variants"))
    found = content[name]
    i = random.randrange(len(found))
    if random.random() < 0.5:
        del found[i]
    else:
        found.insert(random.randrange(len(found)), found[i])
