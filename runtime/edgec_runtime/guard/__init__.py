"""The model guards: what a network may hold before an engine sees its bytes."""

from collections.abc import Mapping


def check_models(files: Mapping[str, bytes]) -> None:
    """Check each network among `files` (path to bytes) by the rules of its format.

    Raises ModelError, or LimitError where it is larger than the format allows.
    """
