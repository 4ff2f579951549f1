"""A manifest, changes to it, and what the reader says of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sample_bundle import (
    sample_contents,
    with_manifest,
)

from edgec_runtime.errors import (
    BundleError,
)
from edgec_runtime.format.decode import decode_manifest

Content = dict[str, Any]
Step = str | int
DELETE = object()


def sample() -> Content:
    content: Content = json.loads(sample_contents()["manifest.json"])
    return content


def put(*steps: Step, to: Any) -> Callable[[Content], None]:
    """A change: the value at `steps` becomes `to`."""

    def change(content: Content) -> None:
        place: Any = content
        for step in steps[:-1]:
            place = place[step]
        if to is DELETE:
            del place[steps[-1]]
        else:
            place[steps[-1]] = to

    return change


def refused(change: Callable[[Content], object], kind: type[BundleError], words: str) -> None:
    with pytest.raises(BundleError) as caught:
        decode_manifest(with_manifest(change))
    assert type(caught.value) is kind, caught.value
    assert words in str(caught.value)
