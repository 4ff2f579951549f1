import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from edgec_runtime.errors import InputError
from edgec_runtime.format.manifest import ClassSpec
from edgec_runtime.imagefile import read_image, write_mask

SMOOTH = np.add.outer(np.arange(40), 2 * np.arange(50)).astype(np.uint8)
RGB = np.dstack([SMOOTH, SMOOTH[::-1], SMOOTH[:, ::-1]])


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    for module in modules:
        monkeypatch.setitem(sys.modules, module, None)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tif"])
@pytest.mark.parametrize("missing", [[], ["cv2"]], ids=["opencv", "pillow"])
def test_lossless_formats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, missing: list[str]
) -> None:
    Image.fromarray(RGB).save(tmp_path / name)
    without(monkeypatch, *missing)
    np.testing.assert_array_equal(read_image(tmp_path / name), RGB)


def test_png_needs_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "cv2", "PIL")
    assert cv2.imwrite(str(tmp_path / "a.png"), SMOOTH)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), SMOOTH)


def test_other_formats_without_a_reader_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cv2.imwrite(str(tmp_path / "a.jpg"), SMOOTH)
    assert cv2.imwrite(str(tmp_path / "deep.png"), SMOOTH.astype(np.uint16) * 256)
    np.testing.assert_array_equal(read_image(tmp_path / "deep.png")[:, :, 0], SMOOTH)
    without(monkeypatch, "cv2", "PIL")
    with pytest.raises(InputError, match=r"a\.jpg: .*pip install opencv-python-headless"):
        read_image(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="16 bits"):
        read_image(tmp_path / "deep.png")


@pytest.mark.parametrize("missing", [[], ["cv2"]], ids=["opencv", "pillow"])
@pytest.mark.parametrize("data", [b"", b"no image", b"\xff\xd8\xff\xe0" + bytes(50)])
def test_rubbish_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: list[str], data: bytes
) -> None:
    without(monkeypatch, *missing)
    (tmp_path / "a.jpg").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.jpg: this is not an image"):
        read_image(tmp_path / "a.jpg")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.png", tmp_path):
        with pytest.raises(InputError, match="give the path of an image file"):
            read_image(path)


def test_a_mask_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    classes = (ClassSpec("a", (0, 0, 0)), ClassSpec("b", (200, 100, 0)))
    mask = (SMOOTH > 60).astype(np.uint8)
    write_mask(tmp_path / "mask.png", mask, classes)
    assert [path.name for path in tmp_path.iterdir()] == ["mask.png"]
    with Image.open(tmp_path / "mask.png") as image:
        np.testing.assert_array_equal(np.asarray(image), mask)
    with pytest.raises(InputError, match="choose another path"):
        write_mask(tmp_path / "no folder" / "mask.png", mask, classes)
    with pytest.raises(InputError, match=r"ends in \.png"):
        write_mask(tmp_path / "mask.jpg", mask, classes)
