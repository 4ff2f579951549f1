from pathlib import Path

import pytest
from tests.toolchain.data.files import IMAGE, pairs

from edgec.data import Split, open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

SLICES = [f"{patient}_{place}" for patient in range(100, 110) for place in (3, 20, 100)]


def names(split: Split) -> tuple[list[str], list[str]]:
    return [e.name for e in split.train.entries], [e.name for e in split.val.entries]


def split(folder: Path, **fields: object) -> Split:
    return open_split(DataRecipe.model_validate({"path": folder, **fields}))


def test_the_parts_of_the_shipped_set_are_its_own() -> None:
    found = open_split(DataRecipe(path=Path("nuclei"), val=0.5, seed=3))
    assert (len(found.train), len(found.val)) == (200, 34)
    assert found.val.digest == open_dataset("nuclei#val").digest
    assert found.train.digest == open_dataset("nuclei#train").digest


def test_no_patient_is_in_both_parts(tmp_path: Path) -> None:
    train, val = names(split(pairs(tmp_path, SLICES), val=0.3))
    assert len(val) == 9
    assert sorted(train + val) == sorted(SLICES)
    assert not {name.split("_")[0] for name in train} & {name.split("_")[0] for name in val}


def test_both_eyes_of_a_person_stay_together(tmp_path: Path) -> None:
    eyes = [f"Image_{person:02}{eye}" for person in range(1, 9) for eye in "LR"]
    _, val = names(split(pairs(tmp_path, eyes), val=0.25))
    assert len(val) == 4
    assert {name[:-1] + "L" for name in val} <= set(val)


def test_names_that_tell_one_group_tell_none(tmp_path: Path) -> None:
    train, val = names(split(pairs(tmp_path, [f"2018_{place}" for place in range(10)])))
    assert (len(train), len(val)) == (8, 2)


def test_the_seed_decides_and_nothing_else(tmp_path: Path) -> None:
    folder = pairs(tmp_path, SLICES)
    draws = [names(split(folder, seed=seed)) for seed in range(6)]
    assert draws == [names(split(folder, seed=seed)) for seed in range(6)]
    assert len({tuple(val) for _, val in draws}) > 1
    digests = {split(folder, seed=seed).digest for seed in (0, 0, 1, 2, 3, 4, 5)}
    assert len(digests) == len({tuple(val) for _, val in draws})


def test_another_patient_moves_at_most_one(tmp_path: Path) -> None:
    before = {name.split("_")[0] for name in names(split(pairs(tmp_path / "a", SLICES), val=0.3))[1]}
    more = names(split(pairs(tmp_path / "b", [*SLICES, "999_1", "999_2"]), val=0.3))[1]
    after = {name.split("_")[0] for name in more}
    assert len(before) == len(after) == 3
    assert len(before - after) == len(after & {"999"})


def test_one_sample_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing is left"):
        split(pairs(tmp_path, ["a"]))


def test_images_without_masks_cannot_be_learned_from(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="without masks"):
        split(pairs(tmp_path, ["a", "b"]) / "images")


def test_a_part_is_asked_for_by_its_name(tmp_path: Path) -> None:
    folder = pairs(tmp_path / "set", SLICES)
    whole = split(folder)
    for part, expected in zip(("train", "val"), (whole.train, whole.val), strict=True):
        found = open_dataset(f"{folder}#{part}")
        assert (found.name, found.digest) == (f"set#{part}", expected.digest)
    assert len(open_dataset(str(folder))) == len(open_dataset(f"{folder}#all")) == len(SLICES)


def test_folders_of_parts_are_the_split(tmp_path: Path) -> None:
    pairs(tmp_path / "set/training", ["a", "b"])
    pairs(tmp_path / "set/test", ["c"])
    assert names(split(tmp_path / "set")) == (["a", "b"], ["c"])
    assert open_dataset(str(tmp_path / "set")).name == "set#val"
    assert open_dataset(str(tmp_path / "set"))[0].image.shape == IMAGE.shape


def test_a_word_behind_the_hash_that_is_no_part_is_refused() -> None:
    with pytest.raises(DataError, match="FOLDER#train"):
        open_dataset("nuclei#trian")
