import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco
from skimage.draw import disk
from tests.toolchain.data.files import write

from edgec.data import IGNORE, open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

SIZE = (30, 40)
CATEGORIES = [{"id": 44, "name": "bottle"}, {"id": 3, "name": "car"}]  # in the order of ids: car, bottle


def circle(y: int, x: int, radius: int) -> np.ndarray:
    drawn = np.zeros(SIZE, np.uint8)
    drawn[disk((y, x), radius, shape=SIZE)] = 1
    return drawn


def runs(mask: np.ndarray) -> dict[str, Any]:
    """Uncompressed run lengths down the columns, counted here."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *edges.tolist(), flat.size]).tolist()
    return {"size": list(mask.shape), "counts": counts if flat[0] == 0 else [0, *counts]}


def packed(mask: np.ndarray) -> dict[str, Any]:
    encoded = coco.encode(np.asfortranarray(mask))
    return {"size": list(mask.shape), "counts": encoded["counts"].decode()}


def rectangle(top: int, left: int, bottom: int, right: int) -> list[float]:
    return [float(v) for v in (left, top, right, top, right, bottom, left, bottom)]


def thing(number: int, category: int, segmentation: object, crowd: int = 0) -> dict[str, Any]:
    return {
        "id": number,
        "image_id": 7,
        "category_id": category,
        "segmentation": segmentation,
        "iscrowd": crowd,
        "bbox": [0, 0, 1, 1],
        "area": 1.5,
    }


def instances(*things: dict[str, Any], **changed: Any) -> dict[str, Any]:
    image = {"id": 7, "file_name": "a.jpg", "width": SIZE[1], "height": SIZE[0], "license": 1}
    empty = {"id": 8, "file_name": "b.jpg", "width": SIZE[1], "height": SIZE[0]}
    document = {"images": [empty, image], "annotations": list(things), "categories": CATEGORIES}
    return {"info": {"year": 2017}, **document, **changed}


def folder(root: Path, document: object, part: str = "train2017") -> Path:
    for number, name in enumerate(("a", "b")):
        write(root / part / f"{name}.jpg", np.full((*SIZE, 3), 9 * number, np.uint8))
    (root / "annotations").mkdir(exist_ok=True)
    (root / "annotations" / f"instances_{part}.json").write_text(json.dumps(document))
    return root


def test_polygons_runs_and_crowds_become_one_mask(tmp_path: Path) -> None:
    crowd, bottle, packed_car = circle(15, 20, 12), circle(20, 10, 7), circle(8, 30, 5)
    things = (
        thing(1, 44, runs(bottle)),
        thing(2, 3, [rectangle(2, 3, 9, 12), rectangle(20, 30, 28, 39)]),
        thing(3, 3, runs(crowd), crowd=1),
        thing(4, 3, packed(packed_car)),
    )
    expected = np.zeros(SIZE, np.uint8)
    expected[crowd == 1] = IGNORE
    expected[bottle == 1] = 2
    expected[2:9, 3:12] = 1
    expected[20:28, 30:39] = 1
    expected[packed_car == 1] = 1
    dataset = open_dataset(str(folder(tmp_path, instances(*things))))
    assert dataset.class_names == ("background", "car", "bottle")
    assert [sample.name for sample in dataset] == ["a", "b"]
    np.testing.assert_array_equal(dataset[0].mask, expected)
    assert not np.any(dataset[1].mask)  # an image without objects is background
    assert dataset[1].image.max() == 9


def test_some_classes_may_be_chosen(tmp_path: Path) -> None:
    things = (
        thing(1, 44, runs(circle(20, 10, 7))),
        thing(2, 3, runs(circle(10, 30, 4))),
        thing(3, 3, runs(circle(15, 20, 12)), crowd=1),
    )
    root = folder(tmp_path, instances(*things))
    split = open_split(DataRecipe(path=root, classes=("all else", "bottle"), val=0.5))
    masks = {sample.name: sample.mask for part in (split.train, split.val) for sample in part}
    np.testing.assert_array_equal(masks["a"], circle(20, 10, 7))
    with pytest.raises(DataError, match="no class 'cup'"):
        open_split(DataRecipe(path=root, classes=("all else", "cup")))


def test_train_and_val_are_the_parts(tmp_path: Path) -> None:
    folder(tmp_path, instances(), "train2017")
    folder(tmp_path, instances(thing(1, 3, runs(circle(9, 9, 5)))), "val2017")
    split = open_split(DataRecipe(path=tmp_path))
    assert (len(split.train), len(split.val)) == (2, 2)
    np.testing.assert_array_equal(split.val[0].mask, circle(9, 9, 5))
    assert not np.any(split.train[0].mask)


def test_other_places_of_images_and_files(tmp_path: Path) -> None:
    document = instances(thing(1, 3, runs(circle(9, 9, 5))))
    for part in ("train", "valid"):  # as Roboflow exports
        for name in ("a", "b"):
            write(tmp_path / "r" / part / f"{name}.jpg", np.zeros((*SIZE, 3), np.uint8))
        (tmp_path / "r" / part / "_annotations.coco.json").write_text(json.dumps(document))
    assert len(open_split(DataRecipe(path=tmp_path / "r")).val) == 2
    single = folder(tmp_path / "s", document, "images")
    assert [sample.name for sample in open_dataset(str(single))] == ["a", "b"]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("is of image 99", instances({**thing(1, 3, []), "image_id": 99})),
    ("category 5", instances(thing(1, 5, []))),
    (
        "outside of the folder",
        instances(images=[{"id": 7, "file_name": "../x.jpg", "width": 4, "height": 4}]),
    ),
    ("outside of the folder", instances(images=[{"id": 7, "file_name": "/x.jpg", "width": 4, "height": 4}])),
    ("images.0.width", instances(images=[{"id": 7, "file_name": "a.jpg", "width": 0, "height": 4}])),
    ("images.0.id", instances(images=[{"id": "7", "file_name": "a.jpg", "width": 3, "height": 4}])),
    ("categories", instances(categories=None)),
    ("255", instances(categories=[{"id": n, "name": str(n)} for n in range(300)])),
]


@pytest.mark.parametrize(("told", "document"), WRONG)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, told: str, document: dict[str, Any]) -> None:
    with pytest.raises(DataError, match=told) as caught:
        open_dataset(str(folder(tmp_path, document)))
    assert "instances_train2017.json" in str(caught.value)


@pytest.mark.parametrize(
    ("told", "segmentation"),
    [
        ("no segmentation", []),
        ("polygon of 4 numbers", [[1, 1, 5, 5]]),
        ("polygon of 7 numbers", [[1, 1, 5, 5, 6, 6, 7]]),
        ("far outside", [[1, 1, 5, 5, 1e9, 6]]),
        ("pixels in runs", {"size": [*SIZE], "counts": [10, 5]}),
        ("pixels in runs", {"size": [*SIZE], "counts": [10, -5, 1195]}),
        ("pixels in runs", {"size": [30, 41], "counts": [1230]}),
        ("pixels in runs", {"size": [*SIZE], "counts": ""}),
        ("packed", {"size": [*SIZE], "counts": "\x00\x7f"}),
        ("packed", {"size": [*SIZE], "counts": "o" * 90}),
    ],
)
def test_an_object_that_cannot_be_drawn_is_refused(tmp_path: Path, told: str, segmentation: object) -> None:
    dataset = open_dataset(str(folder(tmp_path, instances(thing(31, 3, segmentation)))))
    with pytest.raises(DataError, match=told) as caught:
        dataset[0]
    assert "annotation 31" in str(caught.value)


def test_an_image_of_another_size_is_refused(tmp_path: Path) -> None:
    root = folder(tmp_path, instances())
    write(root / "train2017" / "a.jpg", np.zeros((30, 20, 3), np.uint8))
    with pytest.raises(DataError, match="20x30"):
        open_dataset(str(root))[0]


def test_a_size_that_no_image_has_takes_no_memory(tmp_path: Path) -> None:
    image = {"id": 7, "file_name": "a.jpg", "width": 1 << 30, "height": 1 << 30}
    with pytest.raises(DataError, match="pixels"):
        open_dataset(str(folder(tmp_path, instances(images=[image]))))[0]


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"images": ' + "[" * 5000])
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, text: str) -> None:
    root = folder(tmp_path, {})
    (root / "annotations" / "instances_train2017.json").write_text(text)
    with pytest.raises(DataError, match="instances_train2017"):
        open_dataset(str(root))


def test_files_whose_part_is_not_told_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, instances(), "one")
    folder(tmp_path, instances(), "two")
    with pytest.raises(DataError, match="one, two"):
        open_dataset(str(tmp_path))
