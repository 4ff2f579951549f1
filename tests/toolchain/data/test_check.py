from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.toolchain.data.files import IMAGE, MASK, pairs, write

from edgec.data.check import Report, check_data
from edgec.errors import DataError
from edgec.recipe import DataRecipe

NAMES = ("a", "b", "c")


def check(folder: Path, classes: int | None = None, **fields: object) -> Report:
    return check_data(DataRecipe.model_validate({"path": folder, **fields}), classes)


def kinds(report: Report) -> list[tuple[str, str]]:
    return [(found.kind, found.sample) for found in report.findings]


def test_a_good_folder_has_nothing_wrong_and_is_summed_up(tmp_path: Path) -> None:
    report = check(pairs(tmp_path / "set", NAMES))
    assert report.findings == ()
    assert (report.name, report.layout, report.samples, report.groups) == ("set", "pairs", 3, 3)
    assert (report.parts, report.own_parts) == ({"train": 2, "val": 1}, False)
    assert report.sizes == {(8, 6): 3}
    assert report.class_names == ("background", "foreground")
    assert report.pixels == (3 * int((MASK == 0).sum()), 3 * int(MASK.sum()))
    assert report.ignored == 0


def missing(folder: Path) -> None:
    (folder / "masks" / "b.png").unlink()


def no_image(folder: Path) -> None:
    (folder / "images" / "b.png").unlink()


def broken_image(folder: Path) -> None:
    (folder / "images" / "b.png").write_bytes(b"no image")


def broken_mask(folder: Path) -> None:
    (folder / "masks" / "b.png").write_bytes(b"no image")


def coloured(folder: Path) -> None:
    write(folder / "masks" / "b.png", np.dstack([MASK, MASK * 2, MASK * 3]))


def smaller(folder: Path) -> None:
    write(folder / "masks" / "b.png", MASK[:-1])


def smooth(folder: Path) -> None:
    write(folder / "masks" / "b.png", np.where(MASK, 255, np.where(IMAGE > 15, 130, 0)).astype(np.uint8))


def empty(folder: Path) -> None:
    write(folder / "masks" / "b.png", MASK * 0)


def copied(folder: Path) -> None:
    (folder / "images" / "b.png").write_bytes((folder / "images" / "a.png").read_bytes())


def saved_again(folder: Path) -> None:
    (folder / "images" / "b.png").unlink()
    write(folder / "images" / "b.bmp", IMAGE)


@pytest.mark.parametrize(
    ("spoil", "kind", "told"),
    [
        (missing, "missing mask", "only the ending may differ"),
        (broken_image, "unreadable image", "b.png"),
        (broken_mask, "unusable mask", "b.png"),
        (coloured, "unusable mask", "coloured"),
        (smaller, "sizes differ", "the image is 8x6, its mask 8x5"),
        (smooth, "unknown labels", "130, with 2 classes"),
        (empty, "empty mask", "nothing but background"),
    ],
)
def test_what_is_wrong_with_a_sample_is_told(
    tmp_path: Path, spoil: Callable[[Path], None], kind: str, told: str
) -> None:
    spoil(pairs(tmp_path, NAMES))
    report = check(tmp_path)
    assert kinds(report) == [(kind, "b")]
    assert told in report.findings[0].what


def test_a_mask_without_an_image_is_told(tmp_path: Path) -> None:
    no_image(pairs(tmp_path, NAMES))
    assert kinds(check(tmp_path)) == [("mask without image", "b.png")]


@pytest.mark.parametrize("spoil", [copied, saved_again])
def test_a_picture_that_is_there_twice_is_told(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    spoil(pairs(tmp_path, NAMES))
    found = {seed: kinds(check(tmp_path, seed=seed)) for seed in range(12)}
    assert {tuple(each) for each in found.values()} == {(("twice", "b"),), (("in both parts", "b"),)}


def test_a_picture_in_both_parts_is_told(tmp_path: Path) -> None:
    pairs(tmp_path / "train", NAMES)
    pairs(tmp_path / "val", ("x",))
    (finding,) = check(tmp_path).findings
    assert (finding.kind, finding.sample) == ("in both parts", "x")
    assert finding.what == "val has the same picture as a in train"


def test_everything_is_told_at_once(tmp_path: Path) -> None:
    pairs(tmp_path, "abcdef")
    for name, mask in (("b", MASK * 0), ("c", MASK[:-1])):
        write(tmp_path / "masks" / f"{name}.png", mask)
    for name in "de":
        (tmp_path / "masks" / f"{name}.png").unlink()
    assert sorted(kinds(check(tmp_path))) == [
        ("empty mask", "b"),
        ("missing mask", "d"),
        ("missing mask", "e"),
        ("sizes differ", "c"),
    ]


def indexed(folder: Path, *labels: list[int]) -> Path:
    for place, found in enumerate(labels):
        write(folder / "images" / f"{place}.png", IMAGE + np.uint8(place))
        write(folder / "masks" / f"{place}.png", np.resize(np.array(found, np.uint8), IMAGE.shape))
    return folder


def test_classes_are_counted_where_nobody_names_them(tmp_path: Path) -> None:
    report = check(indexed(tmp_path, [0, 1, 2], [0, 3, 255], [0, 1, 2, 3]))
    assert report.findings == ()
    assert report.class_names == ("class-0", "class-1", "class-2", "class-3")
    assert (report.pixels, report.ignored) == ((44, 28, 28, 28), 16)


def test_a_label_beyond_the_classes_is_told(tmp_path: Path) -> None:
    folder = indexed(tmp_path, [0, 1, 2], [0, 1, 7])
    assert kinds(check(folder)) == [("unknown labels", "1")]
    assert kinds(check(folder, 8)) == []
    assert kinds(check(folder, 2)) == [("unknown labels", "0"), ("unknown labels", "1")]
    named = check(folder, classes=("none", "x", "y"))
    assert named.class_names == ("none", "x", "y")
    assert kinds(named) == [("unknown labels", "1")]


def test_smoothed_masks_are_no_classes(tmp_path: Path) -> None:
    for place in range(4):
        write(tmp_path / "images" / f"{place}.png", np.full((16, 16), place, np.uint8))
        write(tmp_path / "masks" / f"{place}.png", np.arange(256, dtype=np.uint8).reshape(16, 16))
    report = check(tmp_path)
    assert {kind for kind, _ in kinds(report)} == {"unknown labels"}
    assert "2, 3, 4, 5, 6, 7, 8, 9, ..., with 2 classes" in report.findings[0].what


def test_255_may_not_mean_two_things(tmp_path: Path) -> None:
    assert kinds(check(indexed(tmp_path / "a", [0, 1], [0, 255], [0, 1]))) == []
    assert kinds(check(indexed(tmp_path / "b", [0, 1, 255], [0, 255]))) == [("two meanings of 255", "all")]


def test_images_alone_have_nothing_wrong(tmp_path: Path) -> None:
    report = check(pairs(tmp_path, NAMES) / "images")
    assert (report.has_masks, report.findings, report.pixels, report.ignored) == (False, (), (0, 0), 0)


def test_one_sample_cannot_be_split(tmp_path: Path) -> None:
    assert check(pairs(tmp_path, ("a",))).parts is None


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such folder"):
        check(tmp_path / "none")


def test_the_shipped_set_has_nothing_wrong() -> None:
    report = check(Path("nuclei"))
    assert (report.findings, report.parts, report.own_parts) == ((), {"train": 200, "val": 34}, True)
