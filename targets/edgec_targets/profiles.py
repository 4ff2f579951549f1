"""Which profiles a build may name."""

from collections.abc import Iterable, Sequence

from edgec_targets.target import Target
from edgec_targets.words import unknown_word


def check_profiles(names: Iterable[str], targets: Sequence[Target]) -> None:
    """Raise UsageError for a name that is a profile of none of `targets`."""
    known = dict.fromkeys(name for target in targets for name in target.profiles)
    for name in names:
        if name not in known:
            raise unknown_word(f"profile of {', '.join(target.name for target in targets)}", name, known)
