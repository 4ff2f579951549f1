from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.toolchain.data.files import IMAGE, MASK, pairs, write

from edgec.data import IGNORE, Dataset, open_dataset, open_split
from edgec.data.stems import guess
from edgec.errors import DataError
from edgec.recipe import DataRecipe

CARDIAC = Path(__file__).parents[5] / "shared" / "data" / "cardiac"
HEART = ("background", "LV", "RV", "LA", "RA", "aorta", "PA", "SVC", "IVC")


def opened(folder: Path, **fields: object) -> Dataset:
    return open_split(DataRecipe.model_validate({"path": folder, "val": 0.5, **fields})).train


@pytest.mark.parametrize("rule", ["{}_mask", "gt_{}", "seg-{}.v2"])
def test_masks_that_are_called_otherwise_are_found(tmp_path: Path, rule: str) -> None:
    for name in ("a1", "a2", "b"):
        write(tmp_path / "images" / f"{name}.jpg", IMAGE)
        write(tmp_path / "masks" / f"{rule.format(name)}.png", MASK * 255)
    dataset = open_dataset(str(tmp_path))
    assert [(entry.name, entry.files[1].stem) for entry in dataset.entries] == [
        (name, rule.format(name)) for name in ("a1", "a2", "b")
    ]
    np.testing.assert_array_equal(dataset[2].mask, MASK)


@given(
    st.lists(st.text("abc123", min_size=1, max_size=4), min_size=1, max_size=6, unique=True),
    st.sampled_from(["{stem}", "{stem}_mask", "m-{stem}", "x{stem}y"]),
)
def test_the_rule_of_the_masks_is_guessed(stems: list[str], rule: str) -> None:
    images = {stem: Path(stem) for stem in stems}
    masks = {rule.replace("{stem}", stem): Path(stem) for stem in stems}
    found = guess(images, masks, "masks").removeprefix("masks/")
    assert sum(found.replace("{stem}", stem) in masks for stem in stems) >= 1
    if rule == "m-{stem}":  # no stem has these letters, so nothing else fits
        assert found == rule


def test_a_missing_mask_tells_the_rule(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / "images" / f"{name}.png", IMAGE)
    write(tmp_path / "masks" / "a_mask.png", MASK)
    with pytest.raises(DataError, match=r"1 of 2 images, the first is b.png.*masks/\{stem\}_mask"):
        open_dataset(str(tmp_path))


def test_images_and_masks_may_lie_side_by_side(tmp_path: Path) -> None:
    """As CHASE_DB1 comes, with a second opinion that nobody asked for."""
    for number, name in enumerate(("Image_01L", "Image_01R", "Image_02L", "Image_02R")):
        write(tmp_path / f"{name}.jpg", IMAGE + np.uint8(number))
        write(tmp_path / f"{name}_1stHO.png", MASK)
        write(tmp_path / f"{name}_2ndHO.png", MASK)
    dataset = opened(tmp_path, images="{stem}.jpg", masks="{stem}_1stHO.png")
    assert {entry.group for entry in dataset.entries} in ({"Image_01"}, {"Image_02"})
    assert len(dataset) == 2
    np.testing.assert_array_equal(dataset[0].mask, MASK)


def test_masks_beside_their_images_are_no_images(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write(tmp_path / f"{name}.png", IMAGE)
        write(tmp_path / f"{name}_mask.png", MASK)
    split = open_split(DataRecipe(path=tmp_path, masks="{stem}_mask"))
    assert sorted(entry.name for part in (split.train, split.val) for entry in part.entries) == ["a", "b"]


@pytest.mark.parametrize("template", ["mask", "{stem}{stem}"])
def test_a_template_without_one_hole_is_refused(tmp_path: Path, template: str) -> None:
    with pytest.raises(DataError, match="no template"):
        opened(pairs(tmp_path, ("a", "b")), masks=f"masks/{template}")


def test_a_template_that_nothing_fits_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"called \{stem\}_gt"):
        opened(pairs(tmp_path, ("a", "b")), masks="masks/{stem}_gt")


def test_255_is_ignored_where_it_is_no_class(tmp_path: Path) -> None:
    mask = (IMAGE % 3).astype(np.uint8)
    mask[0] = IGNORE
    for name in pairs(tmp_path, ("a", "b")).glob("masks/*"):
        write(name, mask)
    np.testing.assert_array_equal(opened(tmp_path, classes=("none", "x", "y"))[0].mask, mask)
    np.testing.assert_array_equal(open_dataset(str(tmp_path), classes=3)[0].mask, mask)


def test_a_palette_counts_by_its_places(tmp_path: Path) -> None:
    indices = (IMAGE % 3).astype(np.uint8)
    pairs(tmp_path, ("a", "b"))
    for name in ("a", "b"):
        picture = Image.fromarray(indices).convert("P")
        picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
        picture.save(tmp_path / "masks" / f"{name}.png")
    assert cv2.imread(str(tmp_path / "masks" / "a.png")).ndim == 3
    np.testing.assert_array_equal(open_dataset(str(tmp_path), classes=3)[0].mask, indices)


def test_the_names_of_the_classes_are_kept(tmp_path: Path) -> None:
    folder = pairs(tmp_path, ("a", "b"))
    assert opened(folder, classes=("tissue", "cell")).class_names == ("tissue", "cell")
    assert open_dataset(str(folder), classes=4).class_names == ("class-0", "class-1", "class-2", "class-3")


@pytest.mark.parametrize("classes", [1, 256, ("a",), ("a", "a")])
def test_numbers_of_classes_that_no_mask_has_are_refused(tmp_path: Path, classes: object) -> None:
    with pytest.raises(DataError, match="2 to 255"):
        open_dataset(str(pairs(tmp_path, ("a",))), classes=classes)  # type: ignore[arg-type]


@pytest.mark.skipif(not CARDIAC.is_dir(), reason="needs the cardiac set in ../shared/data")
def test_the_slices_of_a_heart_stay_with_their_patient() -> None:
    split = open_split(DataRecipe(path=CARDIAC, classes=HEART))
    train, val = ({entry.group for entry in part.entries} for part in (split.train, split.val))
    assert (len(split.train) + len(split.val), len(train), len(val)) == (36, 4, 1)
    assert not train & val
    masks = [sample.mask for sample in split.train if sample.mask is not None]
    found = {int(value) for mask in masks for value in np.unique(mask)}
    assert found == set(range(9))
