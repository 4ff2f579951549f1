"""Whatever is written after an option is understood or refused, never a traceback."""

import contextlib
import io
import sys
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgec_runtime.__main__ import main
from edgec_runtime.words import MOST_SECONDS, counts, duration

NEARLY = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
    st.text("0123456789,. smhe-+²٣", max_size=12),
    st.lists(st.integers(-2, 2000).map(str), max_size=4).map(",".join),
    st.floats(0, 5000).map(lambda value: f"{value}s"),
)


Value = TypeVar("Value")


def refused_or(read: Callable[[str], Value], text: str, words: str) -> Value | None:
    """What it reads; None where it refuses `text` in such words."""
    try:
        return read(text)
    except ValueError as error:
        if words not in str(error):
            raise
        return None


@given(NEARLY)
def test_counts(text: str) -> None:
    found = refused_or(counts, text, "write 1,2")
    if found is not None:
        assert found
        assert len(set(found)) == len(found)
        assert all(1 <= count <= 1024 for count in found)


@given(NEARLY)
def test_durations(text: str) -> None:
    found = refused_or(duration, text, "write 3s")
    assert found is None or 0 < found <= MOST_SECONDS


@pytest.mark.parametrize(
    ("text", "seconds"), [("3s", 3), ("3", 3), ("500ms", 0.5), ("1.5m", 90), (" 2s ", 2), ("3600", 3600)]
)
def test_durations_as_people_write_them(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "0", "0ms", "-1s", "1h", "61m", "1e9", "nan", "1 s 2", "٣s", "3S"])
def test_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration(text)


def test_counts_are_told_once() -> None:
    assert counts("1, 4,1") == (1, 4)


@given(option=st.sampled_from(["--threads", "--batch", "--duration", "--images"]), text=NEARLY)
def test_the_command_line(option: str, text: str) -> None:
    words = ["bench", "none.edgec", f"{option}={text}"]
    err = io.StringIO()
    with contextlib.redirect_stderr(err), pytest.raises(SystemExit) as end:
        sys.exit(main(words))  # there is no such bundle
    assert end.value.code == 2
    assert "internal error" not in err.getvalue()
