"""An unknown word, with the nearest right one."""

import difflib
from collections.abc import Iterable

from edgec_runtime.errors import UsageError


def unknown_word(kind: str, word: str, choices: Iterable[str]) -> UsageError:
    """The error for `word`, which is none of `choices`; `kind` says what it should have been."""
    names = list(choices)
    near = difflib.get_close_matches(word.lower(), names, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"choose from {', '.join(names)}"
    return UsageError(f"{word!r} is not a {kind}: {hint}")
