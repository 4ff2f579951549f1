"""Random words never end in a traceback or a claim of a bug."""

import contextlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edgec.cli.app import COMMANDS, run

OPTIONS = [
    "--model",
    "--target",
    "--quant",
    "--size",
    "--mean",
    "--classes",
    "--json",
    "--data",
    "--threads",
    "-q",
]
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
# `build` and `eval` load what they are given; here it is the parsing that is attacked.
WORDS = st.lists(st.one_of(st.sampled_from([*OPTIONS, "-", "--", "", "a" * 5000]), TEXT), max_size=5)


@given(command=st.sampled_from(["", *COMMANDS]), words=WORDS)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_words(tmp_path: Path, command: str, words: list[str]) -> None:
    with contextlib.chdir(tmp_path), _captured() as (out, err):  # where no bundle is to be found
        code = run([command, *words] if command else words)
    assert code in (0, 2), err.getvalue()
    assert "internal error" not in err.getvalue()
    assert code == 0 or out.getvalue() == ""


@pytest.mark.parametrize("name", ["a file of noise.edgec", "empty.edgec", "folder", "-x.edgec"])
def test_noise_is_not_a_bundle(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"" if name.startswith("empty") else os.urandom(500))
    for command in ("info", "eval", "verify", "bench"):
        with _captured() as (out, err):
            code = run([command, "--", str(path)])
        assert code == 2, err.getvalue()
        assert out.getvalue() == ""
        assert str(path) in err.getvalue()


@contextlib.contextmanager
def _captured():
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err
