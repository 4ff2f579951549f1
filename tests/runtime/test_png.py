import struct
import zlib
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edgec_runtime.errors import InputError
from edgec_runtime.png import SIGNATURE, UnsupportedPngError, read_png, write_png

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int, kind: int, rows: bytes, interlace: int = 0) -> bytes:
    """A PNG of packed rows, each with its filter type before it."""
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    colours = chunk(b"PLTE", bytes(range(256)) * 3) if kind == 3 else b""
    return (
        SIGNATURE
        + chunk(b"IHDR", header)
        + colours
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def pillows(data: bytes, kind: int) -> Any:
    """What Pillow reads, in the form that read_png gives."""
    with Image.open(BytesIO(data)) as image:
        mode = {0: "L", 2: "RGB", 3: "RGB", 4: "L", 6: "RGBA"}[kind]
        if kind == 4:
            return np.asarray(image)[:, :, 0]
        return np.asarray(image.convert(mode))


@settings(max_examples=150)
@given(
    st.integers(1, 70),
    st.integers(1, 40),
    st.sampled_from([(0, 1), (0, 2), (0, 4), (0, 8), (2, 8), (3, 1), (3, 2), (3, 4), (3, 8), (4, 8), (6, 8)]),
    st.integers(0, 2**32),
)
def test_every_kind_and_filter_reads_as_in_pillow(
    width: int, height: int, kind_and_depth: tuple[int, int], seed: int
) -> None:
    kind, depth = kind_and_depth
    row_bytes = (width * depth * CHANNELS[kind] + 7) // 8
    # Random bytes are a valid filtered row for every filter type.
    values = np.random.default_rng(seed)
    rows = values.integers(0, 256, (height, 1 + row_bytes), np.uint8)
    rows[:, 0] = values.integers(0, 5, height)
    data = png(width, height, depth, kind, rows.tobytes())
    np.testing.assert_array_equal(read_png(data), pillows(data, kind))


def test_more_rows_than_a_strip() -> None:
    values = np.random.default_rng(0)
    rows = values.integers(0, 256, (700, 1 + 9), np.uint8)
    rows[:, 0] = values.integers(0, 5, 700)
    data = png(3, 700, 8, 2, rows.tobytes())
    np.testing.assert_array_equal(read_png(data), pillows(data, 2))


@pytest.mark.parametrize("shape", [(1, 1), (17, 5), (300, 2)])
def test_written_masks_read_back(shape: tuple[int, int]) -> None:
    mask = np.random.default_rng(0).integers(0, 3, shape, np.uint8)
    palette = np.array([[0, 0, 0], [255, 0, 0], [0, 9, 255]], np.uint8)
    with Image.open(BytesIO(write_png(mask, palette))) as image:
        assert image.mode == "P"
        np.testing.assert_array_equal(np.asarray(image), mask)
        np.testing.assert_array_equal(np.asarray(image.convert("RGB")), palette[mask])
    np.testing.assert_array_equal(read_png(write_png(mask, palette)), palette[mask])
    np.testing.assert_array_equal(read_png(write_png(mask)), mask)


GOOD = png(4, 4, 8, 0, bytes(20))


def test_every_truncation_is_refused() -> None:
    for size in range(len(GOOD)):
        with pytest.raises(InputError):
            read_png(GOOD[:size])


def test_every_changed_byte_is_refused_or_harmless() -> None:
    for place in range(len(GOOD)):
        data = bytearray(GOOD)
        data[place] ^= 0x41
        with pytest.raises(InputError):
            read_png(bytes(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GIF89a", "not a PNG"),
        (png(2**31 - 1, 2**31 - 1, 8, 0, b""), "2147483647 x 2147483647"),
        (png(0, 4, 8, 0, b""), "0 x 4"),
        (png(4, 4, 8, 0, bytes(19)), "19 of 20"),
        (png(4, 4, 8, 0, b"\5" + bytes(19)), "filter type 5"),
        (png(4, 4, 3, 0, bytes(20)), "3 bits, which does not exist"),
        (png(4, 4, 4, 2, bytes(20)), "does not exist"),
        (png(4, 4, 8, 7, bytes(20)), "colour type 7"),
        (SIGNATURE + chunk(b"IDAT", b"") + chunk(b"IEND", b""), "does not begin with a header"),
        (SIGNATURE + chunk(b"IEND", b""), "does not begin with a header"),
        (GOOD.replace(b"IHDR", b"IHDS"), "wrong checksum"),
        (SIGNATURE + b"\xff\xff\xff\xffIDAT" + bytes(20), "truncated"),
    ],
)
def test_damaged_files_say_what_is_wrong(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_png(data)


def test_a_pixel_outside_the_palette_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 3, 0, 0, 0)
    parts = [(b"IHDR", header), (b"PLTE", bytes(6)), (b"IDAT", zlib.compress(b"\0\2")), (b"IEND", b"")]
    data = SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts)
    with pytest.raises(InputError, match="colour 2, its palette 2"):
        read_png(data)
    without = SIGNATURE + b"".join(chunk(kind, body) for kind, body in parts if kind != b"PLTE")
    with pytest.raises(InputError, match="no palette"):
        read_png(without)


@pytest.mark.parametrize(("depth", "interlace", "message"), [(16, 0, "16 bits"), (8, 1, "interlaced")])
def test_kinds_that_are_not_read_say_what_to_do(depth: int, interlace: int, message: str) -> None:
    data = png(4, 4, depth, 0, bytes(4 * (1 + 4 * depth // 8)), interlace)
    with pytest.raises(UnsupportedPngError, match=f"{message}.*pip install opencv-python-headless"):
        read_png(data)


def test_a_bomb_costs_no_more_than_its_size_says() -> None:
    bomb = png(4, 4, 8, 0, bytes(20) + bytes(1 << 24))
    np.testing.assert_array_equal(read_png(bomb), np.zeros((4, 4)))
