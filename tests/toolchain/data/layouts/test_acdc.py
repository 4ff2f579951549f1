from pathlib import Path

import nibabel
import numpy as np
import pytest
from skimage.draw import disk, ellipse

from edgec.data import open_dataset, open_split
from edgec.errors import DataError
from edgec.recipe import DataRecipe

HEIGHT, WIDTH, SLICES = 24, 20, 3


def labels(shift: int) -> np.ndarray:
    """(slice, y, x): a left ventricle in its myocardium beside a right ventricle; the last slice is empty."""
    drawn = np.zeros((SLICES, HEIGHT, WIDTH), np.uint8)
    for place in range(SLICES - 1):
        drawn[place][ellipse(12, 5, 8, 3)] = 1
        drawn[place][disk((12, 12), 6 - place)] = 2
        drawn[place][disk((12 + shift, 12), 3)] = 3
    return drawn


def pixels(patient: int) -> np.ndarray:
    return np.random.default_rng(patient).normal(300, 90, (SLICES, HEIGHT, WIDTH)).astype(np.int16)


def nifti(path: Path, stack: np.ndarray) -> Path:
    """A stack of (slice, y, x) as NIfTI keeps it: x first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(np.transpose(stack, (2, 1, 0)), np.diag([1.5, 1.5, 10, 1])), path)
    return path


def patient(root: Path, number: int, frames: tuple[int, ...] = (1, 12), ending: str = ".nii.gz") -> Path:
    name = f"patient{number:03}"
    for shift, frame in enumerate(frames):
        nifti(root / name / f"{name}_frame{frame:02}{ending}", pixels(number))
        nifti(root / name / f"{name}_frame{frame:02}_gt{ending}", labels(shift))
    nifti(root / name / f"{name}_4d{ending}", pixels(number))
    (root / name / "Info.cfg").write_text(f"ED: {frames[0]}\nES: {frames[1]}\nGroup: DCM\nNbFrame: 30\n")
    return root / name


@pytest.mark.parametrize("ending", [".nii.gz", ".nii"])
def test_each_slice_of_both_phases_is_a_sample(tmp_path: Path, ending: str) -> None:
    patient(tmp_path, 1, ending=ending)
    dataset = open_dataset(str(tmp_path))
    assert [entry.name for entry in dataset.entries] == [
        f"patient001_frame{frame}_{place:02}" for frame in ("01", "12") for place in range(SLICES)
    ]
    assert dataset.class_names == ("background", "right ventricle", "myocardium", "left ventricle")
    expected = np.concatenate([labels(0), labels(1)])
    for sample, truth in zip(dataset, expected, strict=True):
        np.testing.assert_array_equal(sample.mask, truth)
        assert sample.image.shape == (HEIGHT, WIDTH)


def test_all_slices_of_a_volume_have_one_scale(tmp_path: Path) -> None:
    patient(tmp_path, 1)
    images = np.stack([sample.image for sample in open_dataset(str(tmp_path))[:SLICES]]).astype(float)
    volume = pixels(1)
    low, high = np.percentile(volume, (0.5, 99.5))
    np.testing.assert_allclose(images, np.clip((volume - low) / (high - low), 0, 1) * 255, atol=0.51)
    assert (images.min(), images.max()) == (0, 255)


def test_a_patient_is_in_one_part(tmp_path: Path) -> None:
    for number in range(1, 6):
        patient(tmp_path / "training", number)
    split = open_split(DataRecipe(path=tmp_path))
    train, val = ({entry.group for entry in part.entries} for part in (split.train, split.val))
    assert (len(train), len(val), len(split.val)) == (4, 1, 2 * SLICES)
    assert not train & val


def test_training_and_testing_are_the_parts(tmp_path: Path) -> None:
    patient(tmp_path / "training", 1)
    patient(tmp_path / "testing", 101)
    split = open_split(DataRecipe(path=tmp_path))
    assert {entry.group for entry in split.train.entries} == {"patient001"}
    assert {entry.group for entry in split.val.entries} == {"patient101"}


def test_info_says_which_frames_count(tmp_path: Path) -> None:
    patient(tmp_path, 1, frames=(1, 7, 12))
    (tmp_path / "patient001" / "Info.cfg").write_text("ED: 7\r\nES: 12\r\n")
    named = {entry.name[11:18] for entry in open_dataset(str(tmp_path)).entries}
    assert named == {"frame07", "frame12"}
    (tmp_path / "patient001" / "Info.cfg").unlink()
    assert len(open_dataset(str(tmp_path))) == 3 * SLICES


def test_one_patient_alone_is_read(tmp_path: Path) -> None:
    assert len(open_dataset(str(patient(tmp_path, 1)))) == 2 * SLICES


def test_two_slices_of_a_volume_have_other_digests(tmp_path: Path) -> None:
    patient(tmp_path, 1)
    dataset = open_dataset(str(tmp_path))
    assert dataset[:1].digest != dataset[1:2].digest


def test_some_classes_may_be_chosen(tmp_path: Path) -> None:
    patient(tmp_path, 1)
    patient(tmp_path, 2)
    chosen = open_split(DataRecipe(path=tmp_path, classes=("rest", "left ventricle"))).train
    np.testing.assert_array_equal(chosen[0].mask, labels(0)[0] == 3)
    with pytest.raises(DataError, match="4 classes"):
        open_dataset(str(tmp_path), classes=2)


def test_a_frame_that_info_names_must_be_there(tmp_path: Path) -> None:
    (patient(tmp_path, 1) / "Info.cfg").write_text("ED: 1\nES: 13\n")
    with pytest.raises(DataError, match="names frame 13"):
        open_dataset(str(tmp_path))


def test_missing_labels_are_told(tmp_path: Path) -> None:
    (patient(tmp_path, 1) / "patient001_frame12_gt.nii.gz").unlink()
    with pytest.raises(DataError, match=r"3 of 6 images, the first is patient001_frame12.nii.gz"):
        open_dataset(str(tmp_path))


@pytest.mark.parametrize("name", ["patient001_frame01.nii.gz", "patient001_frame01_gt.nii.gz"])
@pytest.mark.parametrize("keep", [0.0, 0.2, 0.6])
def test_a_truncated_volume_is_refused(tmp_path: Path, name: str, keep: float) -> None:
    path = patient(tmp_path, 1) / name
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(DataError, match=name):
        list(open_dataset(str(tmp_path)))


def test_labels_of_another_size_are_refused(tmp_path: Path) -> None:
    folder = patient(tmp_path, 1)
    nifti(folder / "patient001_frame01_gt.nii.gz", labels(0)[:, :-1])
    with pytest.raises(DataError, match="20x23"):
        open_dataset(str(tmp_path))[0]
    nifti(folder / "patient001_frame01_gt.nii.gz", labels(0)[:2])
    with pytest.raises(DataError, match="has 2 slices"):
        open_dataset(str(tmp_path))[2]


@pytest.mark.parametrize("value", [4, 1.5, -1])
def test_values_that_are_no_classes_are_refused(tmp_path: Path, value: float) -> None:
    wrong = labels(0).astype(np.float32)
    wrong[0, 0, 0] = value
    nifti(patient(tmp_path, 1) / "patient001_frame01_gt.nii.gz", wrong)
    with pytest.raises(DataError, match="from 0 to 3"):
        open_dataset(str(tmp_path))[0]


def test_a_header_that_lies_about_its_size_takes_no_memory(tmp_path: Path) -> None:
    folder = patient(tmp_path, 1, ending=".nii")
    path = folder / "patient001_frame01.nii"
    header = bytearray(path.read_bytes())
    header[42:48] = np.array([32000, 32000, 32000], "<i2").tobytes()
    path.write_bytes(header)
    with pytest.raises(DataError, match="voxels"):
        open_dataset(str(tmp_path))
