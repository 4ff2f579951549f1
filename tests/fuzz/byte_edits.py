"""Edits at random places."""

from random import Random

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
