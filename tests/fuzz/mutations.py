"""Ways to damage a bundle: its bytes, the fields of its zip, its structure, its manifest, its networks.

Each takes a Random and the bundle's contents and gives the bytes of a zip. All but `network` break a rule for
certain, or change nothing.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from sample_bundle import canonical_json, redigested, zipped

from edgec_runtime.format.zip_records import Entry, central_entry, end_record, local_header

Contents = Mapping[str, bytes]
NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def changed_bytes(random: Random, data: bytes) -> bytes:
    """One to four edits at random places."""
    result = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        random.choice((_flip, _set, _delete, _insert, _copy, _truncate, _number))(random, result)
    return bytes(result)


def _flip(random: Random, data: bytearray) -> None:
    if data:
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _set(random: Random, data: bytearray) -> None:
    if data:
        data[random.randrange(len(data))] = random.choice((0, 1, 0x2E, 0x2F, 0x7F, 0x80, 0xFF))


def _delete(random: Random, data: bytearray) -> None:
    start = random.randrange(len(data) + 1)
    del data[start : start + random.choice((1, 1, 4, 30, 100))]


def _insert(random: Random, data: bytearray) -> None:
    start = random.randrange(len(data) + 1)
    data[start:start] = random.randbytes(random.choice((1, 1, 4, 30)))


def _copy(random: Random, data: bytearray) -> None:
    source, target = random.randrange(len(data) + 1), random.randrange(len(data) + 1)
    data[target:target] = data[source : source + random.choice((1, 16, 46, 300))]


def _truncate(random: Random, data: bytearray) -> None:
    del data[random.randrange(len(data) + 1) :]


def _number(random: Random, data: bytearray) -> None:
    width = random.choice((1, 2, 4, 8))
    start = random.randrange(len(data) + 1)
    data[start : start + width] = (random.choice(NUMBERS) % (1 << 8 * width)).to_bytes(width, "little")


def raw(random: Random, contents: Contents) -> bytes:
    """Edits anywhere in the zip."""
    return changed_bytes(random, zipped(contents))


# (offset in the local header, in the central entry, width): version, flags, method, time, date, CRC, two
# sizes, the lengths of name and extra field
SHARED_FIELDS = (
    (4, 6, 2), (6, 8, 2), (8, 10, 2), (10, 12, 2), (12, 14, 2), (14, 16, 4), (18, 20, 4), (22, 24, 4),
    (26, 28, 2), (28, 30, 2),
)  # fmt: skip
CENTRAL_FIELDS = ((4, 2), (32, 2), (34, 2), (36, 2), (38, 4), (42, 4))  # (offset, width)
END_FIELDS = ((4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2))


def fields(random: Random, contents: Contents) -> bytes:
    """A number in a record of the zip becomes another one, in its local header, its central entry or both."""
    data = bytearray(zipped(contents))
    entries = entries_of(contents)
    entry = random.choice(entries)
    central = entries[-1].end + sum(len(central_entry(one)) for one in entries[: entries.index(entry)])
    end = len(data) - 22
    local_place, central_place, width = random.choice(SHARED_FIELDS)
    place, alone_width = random.choice(CENTRAL_FIELDS)
    end_place, end_width = random.choice(END_FIELDS)
    choices = (
        [(entry.offset + local_place, width)],
        [(central + central_place, width)],
        [(entry.offset + local_place, width), (central + central_place, width)],
        [(central + place, alone_width)],
        [(end + end_place, end_width)],
    )
    value = random.choice((*NUMBERS, random.getrandbits(32), entry.size + 1, entry.size - 1))
    for start, size in random.choice(choices):
        data[start : start + size] = (value % (1 << 8 * size)).to_bytes(size, "little")
    return bytes(data)


def structure(random: Random, contents: Contents) -> bytes:
    """Files renamed, exchanged, removed, added, moved; the zip itself is made right again."""
    files = list(contents.items())
    random.choice((_rename, _exchange, _remove, _add, _move, _repeat, _resize, _swap_bytes))(random, files)
    return assembled(files)


Files = list[tuple[str, bytes]]
NAMES = (
    "", "/", "..", "../x", "/etc/passwd", "a/../b", "A", "manifest.json", "bundle.sig", "golden/", "a" * 65,
    "zz", "a/b/c/d/e", "c:x", "a\0b", "a b", "-a", ".a",
)  # fmt: skip


def _rename(random: Random, files: Files) -> None:
    i = random.randrange(len(files))
    files[i] = (random.choice(NAMES), files[i][1])
    if random.random() < 0.5:
        files[1:] = sorted(files[1:])


def _exchange(random: Random, files: Files) -> None:
    i, j = random.sample(range(len(files)), 2)
    files[i], files[j] = files[j], files[i]


def _remove(random: Random, files: Files) -> None:
    del files[random.randrange(len(files))]


def _add(random: Random, files: Files) -> None:
    files.append((random.choice(NAMES), random.randbytes(random.randrange(8))))
    if random.random() < 0.5:
        files[1:] = sorted(files[1:])


def _move(random: Random, files: Files) -> None:
    files.insert(random.randrange(len(files)), files.pop(random.randrange(len(files))))


def _repeat(random: Random, files: Files) -> None:
    i = random.randrange(len(files))
    files.insert(i, files[i])


def _resize(random: Random, files: Files) -> None:
    i = random.randrange(len(files))
    name, data = files[i]
    files[i] = (name, random.choice((data[:-1], data + b"\0", b"", data * 2)))


def _swap_bytes(random: Random, files: Files) -> None:
    i, j = random.sample(range(len(files)), 2)
    (first, one), (second, two) = files[i], files[j]
    files[i], files[j] = (first, two), (second, one)


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


def network(random: Random, contents: Contents) -> bytes:
    """A damaged network in a bundle whose digests are right: the guard may let harmless damage through."""
    path = random.choice([name for name in contents if name.endswith((".onnx", ".xml", ".bin", ".tflite"))])
    data = contents[path]
    for _ in range(random.choice((1, 1, 2, 3))):
        data = changed_bytes(random, data)
    if path.startswith("golden/"):  # its size is part of the manifest's meaning
        data = data[: len(contents[path])].ljust(len(contents[path]), b"\0")
    return zipped(resealed(contents, path, data))


def resealed(contents: Contents, path: str, data: bytes) -> dict[str, bytes]:
    """The contents with one file replaced and every digest made right again."""
    content = json.loads(contents["manifest.json"])
    entry = next(entry for entry in content["files"] if entry["path"] == path)
    entry.update(size=len(data), sha256=hashlib.sha256(data).hexdigest())
    return {**contents, "manifest.json": canonical_json(redigested(content)), path: data}


def entries_of(contents: Contents) -> list[Entry]:
    """The records of the canonical zip of `contents`."""
    entries: list[Entry] = []
    for name, data in contents.items():
        entries.append(Entry(name, zlib.crc32(data), len(data), entries[-1].end if entries else 0))
    return entries


def assembled(files: Files) -> bytes:
    """A zip whose records agree with each other, whatever its names and their order."""
    parts, entries, offset = [], [], 0
    for name, data in files:
        entry = Entry(name, zlib.crc32(data), len(data), offset)
        parts += [local_header(entry), data]
        entries.append(entry)
        offset = entry.end
    central = b"".join(map(central_entry, entries))
    return b"".join((*parts, central, end_record(len(entries), len(central), offset)))


MUTATIONS: dict[str, Callable[[Random, Contents], bytes]] = {
    "bytes": raw,
    "fields": fields,
    "structure": structure,
    "manifest text": manifest_text,
    "manifest meaning": manifest_meaning,
    "network": network,
}
MAY_BE_ACCEPTED = ("network",)
