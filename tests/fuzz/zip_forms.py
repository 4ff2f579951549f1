"""Zips made of contents, right in their records whatever they hold."""

import hashlib
import json
import zlib
from collections.abc import Mapping

from sample_bundle import canonical_json, redigested

from edgec_runtime.format.zip_records import Entry, central_entry, end_record, local_header

Contents = Mapping[str, bytes]
Files = list[tuple[str, bytes]]


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
