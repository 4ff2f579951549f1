import base64
import json
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from skimage.draw import disk
from tests.toolchain.data.files import write

from edgec.data import open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

SIZE = (30, 40)
META = {"classes": [{"title": "blue_cone", "shape": "bitmap"}, {"title": "seg_orange", "shape": "polygon"}]}


def circle(radius: int) -> np.ndarray:
    drawn = np.zeros((2 * radius + 1, 2 * radius + 1), np.uint8)
    drawn[disk((radius, radius), radius)] = 1
    return drawn


def packed(png: bytes) -> str:
    return base64.b64encode(zlib.compress(png)).decode()


def bitmap(title: str, mask: np.ndarray, x: int, y: int, *, alpha: bool = False) -> dict[str, Any]:
    picture = np.dstack([mask * 0 + 200] * 3 + [mask * 255]) if alpha else mask * np.uint8(255)
    data = packed(cv2.imencode(".png", picture)[1].tobytes())
    return {"classTitle": title, "geometryType": "bitmap", "bitmap": {"data": data, "origin": [x, y]}}


def polygon(title: str, exterior: list[list[float]], *interior: list[list[float]]) -> dict[str, Any]:
    points = {"exterior": exterior, "interior": list(interior)}
    return {"id": 5, "classTitle": title, "geometryType": "polygon", "points": points, "tags": []}


def box(top: int, left: int, bottom: int, right: int) -> list[list[float]]:
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def annotated(root: Path, name: str, *objects: dict[str, Any]) -> Path:
    write(root / "img" / f"{name}.jpg", np.zeros((*SIZE, 3), np.uint8))
    (root / "ann").mkdir(exist_ok=True)
    document = {
        "description": "",
        "tags": [],
        "size": {"height": SIZE[0], "width": SIZE[1]},
        "objects": objects,
    }
    path = root / "ann" / f"{name}.jpg.json"
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "meta.json").write_text(json.dumps(META))
    return tmp_path


@pytest.mark.parametrize("alpha", [False, True])
def test_bitmaps_and_polygons_become_one_mask(root: Path, alpha: bool) -> None:
    things = (
        polygon("seg_orange", box(4, 2, 20, 30), box(8, 6, 12, 10)),
        bitmap("blue_cone", circle(5), 20, 15, alpha=alpha),
    )
    annotated(root / "amz", "a", *things)
    expected = np.zeros(SIZE, np.uint8)
    expected[4:21, 2:31] = 2
    expected[8:13, 6:11] = 0
    expected[15:26, 20:31][circle(5) == 1] = 1
    dataset = open_dataset(str(root))
    assert dataset.class_names == ("background", "blue_cone", "seg_orange")
    np.testing.assert_array_equal(dataset[0].mask, expected)


def test_a_polygon_with_slanted_sides_is_filled_with_its_outline(root: Path) -> None:
    annotated(root / "amz", "a", polygon("blue_cone", [[20, 5], [30, 15], [20, 25], [10, 15]]))
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    np.testing.assert_array_equal(open_dataset(str(root))[0].mask, abs(x - 20) + abs(y - 15) <= 10)


def test_the_folders_of_the_teams_are_all_read(root: Path) -> None:
    for team in ("amz", "tum"):
        annotated(root / team, "0001")
        annotated(root / team, "0002")
    names = [entry.name for entry in open_dataset(str(root)).entries]
    assert names == ["amz_0001", "amz_0002", "tum_0001", "tum_0002"]


def test_folders_called_train_and_val_are_the_parts(root: Path) -> None:
    annotated(root / "train", "a", bitmap("blue_cone", circle(3), 0, 0))
    annotated(root / "val", "b")
    split = open_split(DataRecipe(path=root))
    assert ([s.name for s in split.train], [s.name for s in split.val]) == (["train_a"], ["val_b"])


def test_an_older_name_of_the_annotation_is_found(root: Path) -> None:
    path = annotated(root / "amz", "a", bitmap("blue_cone", circle(3), 0, 0))
    path.rename(path.with_name("a.json"))
    assert np.any(open_dataset(str(root))[0].mask)


def test_some_classes_may_be_chosen(root: Path) -> None:
    for name in ("a", "b"):
        annotated(
            root / "amz",
            name,
            bitmap("blue_cone", circle(3), 0, 0),
            polygon("seg_orange", box(20, 20, 25, 25)),
        )
    dataset = open_split(DataRecipe(path=root, classes=("rest", "seg_orange"))).train
    expected = np.zeros(SIZE, np.uint8)
    expected[20:26, 20:26] = 1
    np.testing.assert_array_equal(dataset[0].mask, expected)


def test_a_missing_annotation_is_told(root: Path) -> None:
    annotated(root / "amz", "a")
    annotated(root / "amz", "b").unlink()
    with pytest.raises(DataError, match=r"1 of 2 images, the first is b\.jpg"):
        open_dataset(str(root))


def damaged(**changed: Any) -> dict[str, Any]:
    whole = bitmap("blue_cone", circle(3), 0, 0)
    return {**whole, "bitmap": {**whole["bitmap"], **changed}}


BOMB = packed(bytes(1 << 24))
WIDE = packed(cv2.imencode(".png", np.zeros((1, 9999), np.uint8))[1].tobytes())
TRUNCATED = packed(cv2.imencode(".png", circle(3))[1].tobytes()[:40])


@pytest.mark.parametrize(
    ("told", "thing"),
    [
        ("which meta.json does not list", bitmap("zebra", circle(3), 0, 0)),
        ("objects.0", {"classTitle": "blue_cone", "geometryType": "rectangle", "points": {}}),
        ("leaves the image", bitmap("blue_cone", circle(3), 36, 0)),
        ("leaves the image", bitmap("blue_cone", circle(3), -1, 0)),
        ("leaves the image", damaged(data=WIDE)),
        ("no PNG", damaged(data=BOMB)),
        ("no PNG", damaged(data=packed(b"short"))),
        ("missing", damaged(data=TRUNCATED)),
        ("damaged", damaged(data="%%%")),
        ("damaged", damaged(data=base64.b64encode(b"not deflated").decode())),
        ("origin", damaged(origin=[1])),
        ("polygon of 2 corners", polygon("blue_cone", [[1, 1], [4, 4]])),
        ("far outside", polygon("blue_cone", [[1, 1], [4, 4], [1e12, 5]])),
        ("polygon of 0 corners", polygon("blue_cone", box(1, 1, 9, 9), [])),
    ],
)
def test_an_object_that_cannot_be_drawn_is_refused(root: Path, told: str, thing: dict[str, Any]) -> None:
    path = annotated(root / "amz", "a", thing)
    with pytest.raises(DataError, match=told) as caught:
        open_dataset(str(root))[0]
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{}", '{"classes": [{"shape": "bitmap"}]}'])
def test_a_meta_file_that_cannot_be_used_is_refused(root: Path, text: str) -> None:
    annotated(root / "amz", "a")
    (root / "meta.json").write_text(text)
    with pytest.raises(DataError, match=r"meta\.json"):
        open_dataset(str(root))
