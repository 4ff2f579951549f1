import io
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edgec.data import open_images
from edgec.data.npz import NpzImages
from edgec.errors import DataError

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (5, 6, 7), np.uint8)
COLOUR = RANDOM.integers(0, 256, (4, 6, 7, 3), np.uint8)
READY = RANDOM.normal(size=(3, 2, 6, 7)).astype(np.float32)


def saved(path: Path, *arrays: np.ndarray, save=np.savez) -> Path:
    file = path / "images.npz"
    save(file, *arrays)
    return file


def raw(path: Path, data: bytes, name: str = "arr_0.npy") -> Path:
    with zipfile.ZipFile(path / "images.npz", "w") as archive:
        archive.writestr(name, data)
    return path / "images.npz"


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickled)
    return file.getvalue()


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        list(NpzImages(path))
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_all_kinds_of_arrays_in_the_order_of_the_archive(tmp_path: Path, save) -> None:
    images = open_images(str(saved(tmp_path, GREY, COLOUR, GREY[0], COLOUR[0], READY, save=save)))
    wanted = [*GREY, *COLOUR, GREY[0], COLOUR[0], *READY[:, np.newaxis]]
    assert images.name == "images.npz"
    assert len(images) == len(wanted)
    for place in [*range(len(wanted)), 11, 2, 0, 1]:
        assert images[place].dtype == wanted[place].dtype
        np.testing.assert_array_equal(images[place], wanted[place])
    for place in (-1, len(wanted)):
        with pytest.raises(IndexError):
            images[place]


def test_one_image_is_read_at_a_time(tmp_path: Path) -> None:
    import tracemalloc

    file = saved(tmp_path, np.zeros((300, 100, 100), np.uint8), save=np.savez_compressed)
    tracemalloc.start()
    images = NpzImages(file)
    for place in range(len(images)):
        images[place]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000  # the stack has 3 MB


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((2, 8, 8), np.float64), "float64"),
        (np.zeros((2, 8, 8), np.int32), "int32"),
        (np.zeros((1, 8, 8), np.float32), r"(1, 8, 8)"),
        (np.zeros((2, 8, 8, 2), np.uint8), "(2, 8, 8, 2)"),
        (np.zeros(8, np.uint8), "(8,)"),
        (np.uint8(3), "()"),
        (np.zeros((2, 0, 8), np.uint8), "(2, 0, 8)"),
        (np.zeros((8, 8), ">f4"), "f4"),
        (np.zeros((8, 8), bool), "bool"),
        (np.zeros((8, 8), [("a", "u1")]), "a"),
        (np.asfortranarray(GREY), "column by column"),
    ],
)
def test_other_types_and_shapes_are_named(tmp_path: Path, array: np.ndarray, said: str) -> None:
    message = refusal(saved(tmp_path, array))
    assert "arr_0" in message
    assert said in message


class Trap:
    """Unpickling it would raise."""

    def __reduce__(self) -> tuple[object, ...]:
        return (exec, ("raise AssertionError('unpickled')",))


def test_objects_are_refused_and_never_unpickled(tmp_path: Path) -> None:
    assert "object" in refusal(raw(tmp_path, npy(np.array([Trap()], object), pickled=True)))


def claim(shape: str) -> bytes:
    """An array that says it has `shape` and holds 64 bytes."""
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + bytes(64)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an array",
        npy(GREY)[:-1],
        npy(GREY) + b"\0",
        npy(GREY)[:20],
        claim("(9, 8)"),
        claim("(1000000000000, 8, 8)"),
        claim("(1, 1000000000, 1000000000)"),
        claim("(-1, 8, 8)"),
        claim("(8, 'x')"),
        claim("__import__('os')"),
        claim("(8, True)"),
        b"\x93NUMPY\x03\x00" + npy(GREY)[8:],
    ],
)
def test_arrays_that_are_cut_off_or_lie_are_refused(tmp_path: Path, data: bytes) -> None:
    refusal(raw(tmp_path, data))


def test_no_array_no_image_no_archive_and_no_file(tmp_path: Path) -> None:
    assert "holds no image" in refusal(saved(tmp_path))
    assert "holds no image" in refusal(saved(tmp_path, np.zeros((0, 8, 8), np.uint8)))
    (tmp_path / "images.npz").write_bytes(b"PK")
    assert "cannot be read as .npz" in refusal(tmp_path / "images.npz")
    (tmp_path / "images.npz").unlink()
    assert "no such file" in refusal(tmp_path / "images.npz")


@settings(max_examples=60)
@given(place=st.integers(0, 10_000), junk=st.integers(0, 255))
def test_a_changed_byte_ends_in_images_or_in_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, place: int, junk: int
) -> None:
    file = saved(tmp_path_factory.mktemp("npz"), GREY, save=np.savez_compressed)
    data = bytearray(file.read_bytes())
    data[place % len(data)] = junk
    file.write_bytes(bytes(data))
    with suppress(DataError):
        assert all(image.dtype in (np.uint8, np.float32) for image in NpzImages(file))
