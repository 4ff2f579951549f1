import json
from pathlib import Path

import pytest

from edgec.errors import UsageError
from edgec.trial.journal import FILE, Journal


def never() -> float:
    raise AssertionError("done again")


def test_what_is_done_is_not_done_again_by_another_process(tmp_path: Path) -> None:
    first = Journal(tmp_path / "run", {"recipe": "r"})
    assert first.once("a", lambda: 1.5) == 1.5
    assert first.once("a", never) == 1.5
    again = Journal(tmp_path / "run", {"recipe": "r"})
    assert again.once("a", never) == 1.5
    assert again.once("b", lambda: 2.5) == 2.5
    assert json.loads((tmp_path / "run" / FILE).read_text())["done"] == {"a": 1.5, "b": 2.5}


def test_what_fails_is_not_done(tmp_path: Path) -> None:
    journal = Journal(tmp_path, {})
    with pytest.raises(AssertionError):
        journal.once("a", never)
    assert Journal(tmp_path, {}).once("a", lambda: 3.0) == 3.0


def test_a_run_that_was_begun_otherwise_is_refused_by_what_differs(tmp_path: Path) -> None:
    Journal(tmp_path, {"recipe": "r", "data": "d"})
    with pytest.raises(UsageError, match="begun with another data"):
        Journal(tmp_path, {"recipe": "r", "data": "e"})


@pytest.mark.parametrize("text", ["", "[]", '{"done": {}}', '{"inputs": {}, "done": 1}', '{"inp'])
def test_what_is_no_state_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(UsageError, match="not the state of a run"):
        Journal(tmp_path, {})


def test_a_half_written_state_does_not_count(tmp_path: Path) -> None:
    Journal(tmp_path, {}).once("a", lambda: 1.0)
    (tmp_path / f".{FILE}.part").write_text('{"inp')
    assert Journal(tmp_path, {}).once("a", never) == 1.0
