"""Words of both command lines: counts and durations as people write them, sentences for a terminal."""

import re
from math import isfinite

_UNITS = {"ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0}
MOST_SECONDS = 3600.0


def one_line(text: str) -> str:
    """What an engine or a hostile file says may hold line breaks and terminal controls: without them."""
    return "".join(letter if letter.isprintable() else "?" for letter in " ".join(text.split()))


def counts(text: str) -> tuple[int, ...]:
    """'1,2,4' -> numbers from 1 to 1024. Raises ValueError, which says what is wrong."""
    words = [word.strip() for word in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,4}", word) and 1 <= int(word) <= 1024 for word in words):
        raise ValueError(f"{text!r} are not numbers from 1 to 1024 with commas between them: write 1,2")
    return tuple(dict.fromkeys(int(word) for word in words))


def duration(text: str) -> float:
    """'3s', '500ms', '2m' or '3' -> seconds, up to an hour. Raises ValueError, which says what is wrong."""
    match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)(ms|s|m|)", text.strip())
    seconds = float(match[1]) * _UNITS[match[2]] if match else float("nan")
    if not isfinite(seconds) or not 0 < seconds <= MOST_SECONDS:
        raise ValueError(f"{text!r} is not a duration up to an hour: write 3s, 500ms or 2m")
    return seconds
