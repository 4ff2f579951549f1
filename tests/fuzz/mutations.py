"""Ways to damage a bundle: its bytes, the fields of its zip, its structure, its manifest, its networks.

Each takes a Random and the bundle's contents and gives the bytes of a zip. All but `network` break a rule for
certain, or change nothing.
"""

from collections.abc import Callable
from random import Random

from byte_edits import NUMBERS, changed_bytes
from manifest_mutations import manifest_meaning, manifest_text
from sample_bundle import zipped
from zip_forms import Contents, Files, assembled, entries_of, resealed

from edgec_runtime.format.zip_records import central_entry


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


def network(random: Random, contents: Contents) -> bytes:
    """A damaged network in a bundle whose digests are right: the guard may let harmless damage through."""
    path = random.choice([name for name in contents if name.endswith((".onnx", ".xml", ".bin", ".tflite"))])
    data = contents[path]
    for _ in range(random.choice((1, 1, 2, 3))):
        data = changed_bytes(random, data)
    if path.startswith("golden/"):  # its size is part of the manifest's meaning
        data = data[: len(contents[path])].ljust(len(contents[path]), b"\0")
    return zipped(resealed(contents, path, data))


MUTATIONS: dict[str, Callable[[Random, Contents], bytes]] = {
    "bytes": raw,
    "fields": fields,
    "structure": structure,
    "manifest text": manifest_text,
    "manifest meaning": manifest_meaning,
    "network": network,
}
MAY_BE_ACCEPTED = ("network",)
