"""Who a sample is of, told from its name."""

import re
from collections.abc import Sequence

# CHASE_DB1 calls the eyes of a child Image_01L and Image_01R; HVSMR's slices are PATIENT_SLICE.
_EYE = re.compile(r"(?P<group>.*\d)_?(?:l|r|left|right|od|os)(?:_.*)?", re.IGNORECASE)
_SLICE = re.compile(r"(?P<group>.*\d.*)_(?:[a-z]*)\d+", re.IGNORECASE)


def groups_of(names: Sequence[str]) -> list[str]:
    """The group of each name: a person with two eyes, a patient with many slices, else the name itself.

    Where all would be of one group, the names do not tell: each is its own.
    """
    groups = [_group(name) for name in names]
    return groups if len(set(groups)) > 1 else list(names)


def _group(name: str) -> str:
    for pattern in (_EYE, _SLICE):
        found = pattern.fullmatch(name)
        if found is not None:
            return found["group"]
    return name
