"""The order of semantic versions, by section 11 of semver.org."""

Key = tuple[tuple[int, int, int], bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Key:
    """A key to sort by: 1.0.0-rc.2 < 1.0.0-rc.10 < 1.0.0 < 1.10.0; build metadata do not count.

    Raises ValueError where `version` is no semantic version.
    """
    release, _, labels = version.partition("+")[0].partition("-")
    major, minor, patch = (int(part) for part in release.split("."))
    return (major, minor, patch), not labels, tuple(map(_label, labels.split(".") if labels else ()))


def _label(text: str) -> tuple[bool, int, str]:
    """Numbers before words."""
    return (False, int(text), "") if text.isdigit() else (True, 0, text)
