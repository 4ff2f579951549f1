"""A piece is whole or not there, whatever happens."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edgec.emulator.piece import RECORD, Piece


def fill(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("content")
    (folder / "link").symlink_to("deep")


def piece(folder: Path, make: Callable[[Path], None] = fill, version: str = "1") -> Piece:
    return Piece(folder / "thing", {"version": version}, make)


def test_it_is_ready_once_written(tmp_path: Path) -> None:
    assert piece(tmp_path).state() == "missing"
    piece(tmp_path).write()
    assert piece(tmp_path).state() == "ready"
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_what_is_made_from_something_else_is_outdated_and_replaced(tmp_path: Path) -> None:
    piece(tmp_path).write()
    newer = piece(tmp_path, lambda folder: (folder / "new").touch(), version="2")
    assert newer.state() == "outdated"
    newer.write()
    assert newer.state() == "ready"
    assert sorted(path.name for path in newer.folder.iterdir()) == ["new", RECORD]
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "deep" / "file").unlink(),
        lambda folder: (folder / "deep" / "file").write_text("cont"),
        lambda folder: (folder / "added").touch(),
        lambda folder: (folder / RECORD).unlink(),
        lambda folder: (folder / RECORD).write_text("[]"),
        lambda folder: (folder / RECORD).write_text("{"),
        lambda folder: (folder / RECORD).write_text('{"made_from": {"version": "1"}, "size": null}'),
    ],
)
def test_a_damaged_piece_is_seen_and_mended(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    whole = piece(tmp_path)
    whole.write()
    damage(whole.folder)
    assert whole.state() == "damaged"
    whole.write()
    assert whole.state() == "ready"


def test_an_interrupted_write_leaves_what_was_there(tmp_path: Path) -> None:
    piece(tmp_path).write()

    def killed(folder: Path) -> None:
        fill(folder)
        raise KeyboardInterrupt

    newer = piece(tmp_path, killed, version="2")
    with pytest.raises(KeyboardInterrupt):
        newer.write()
    assert piece(tmp_path).state() == "ready"
    newer.clear()
    assert [path.name for path in tmp_path.iterdir()] == ["thing"]


def test_a_kill_between_the_two_moves_is_mended(tmp_path: Path) -> None:
    piece(tmp_path).write()
    (tmp_path / "thing").rename(tmp_path / ".thing.old")
    (tmp_path / ".thing.part").mkdir()
    piece(tmp_path).clear()
    assert piece(tmp_path).state() == "missing"
    piece(tmp_path).write()
    assert piece(tmp_path).state() == "ready"
