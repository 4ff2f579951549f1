from itertools import pairwise

import pytest

from edgec.history.versions import precedence

ORDER = [  # of section 11, and numbers that are no words
    "0.9.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.2.0",
    "1.10.0",
]


def test_the_order_of_semver() -> None:
    assert all(precedence(one) < precedence(other) for one, other in pairwise(ORDER))


def test_build_metadata_do_not_count() -> None:
    assert precedence("1.0.0+a-b.1") == precedence("1.0.0")


@pytest.mark.parametrize("text", ["", "1.0", "1.0.x", "v1.0.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        precedence(text)
