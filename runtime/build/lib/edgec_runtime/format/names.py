"""The names that files of a bundle may have."""

import re

from edgec_runtime.format.limits import NAME_SEGMENTS

MANIFEST = "manifest.json"
SIGNATURE = "bundle.sig"  # reserved for later: the last file of a bundle
RESERVED = (MANIFEST, SIGNATURE)
UNCHECKED_SIGNATURE = (
    f"the bundle holds {SIGNATURE}: this edgec checks no signatures yet, install a newer one"
)

SEGMENT_PATTERN = r"[a-z0-9][a-z0-9_.-]{0,63}"
_SEGMENT = re.compile(SEGMENT_PATTERN)


def segment_problem(segment: str) -> str | None:
    """What is wrong with one part of a path (or a bundle's name), or None."""
    if ".." in segment:
        return "holds '..'"
    if _SEGMENT.fullmatch(segment) is None:
        return "is not 1 to 64 of a-z, 0-9, '_', '.', '-' beginning with a letter or digit"
    return None


def path_problem(path: str) -> str | None:
    """What is wrong with the path of a file in a bundle, or None."""
    segments = path.split("/")
    for segment in segments:
        problem = segment_problem(segment)
        if problem is not None:
            return f"is not a name of a bundle: the part {segment!r} {problem}"
    if len(segments) > NAME_SEGMENTS:
        return f"is not a name of a bundle: it has {len(segments)} parts, at most {NAME_SEGMENTS} are allowed"
    return None
