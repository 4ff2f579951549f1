"""PNG in numpy and zlib, for devices without OpenCV: 8-bit and smaller, not interlaced (RFC 2083)."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from edgec_runtime.errors import InputError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST = 1 << 27  # pixels; more is taken for a mistake or an attack
STRIP = 256  # rows unfiltered together

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type: grey, RGB, palette, grey and alpha, RGBA
_GREY, _PALETTE, _GREY_ALPHA = 0, 3, 4

Pixels = npt.NDArray[np.uint8]


class UnsupportedPngError(InputError):
    """A PNG, but of a kind that is not read here: 16 bits or interlaced."""


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    depth: int
    kind: int

    @property
    def pixel_bits(self) -> int:
        return self.depth * _CHANNELS[self.kind]

    @property
    def row_bytes(self) -> int:
        return (self.width * self.pixel_bits + 7) // 8


def read_png(data: bytes) -> Pixels:
    """A PNG file -> HxW (grey), HxWx3 (RGB, palettes too) or HxWx4 (RGBA), uint8.

    Grey of 1, 2 and 4 bits is spread over 0..255; grey's alpha and a palette's transparency are dropped.
    Raises UnsupportedPngError for other kinds, InputError for a damaged file.
    """
    header, palette, packed = _parse(data)
    rows = _unfilter(_inflate(packed, header), header)
    return _to_image(rows, header, palette)


def write_png(mask: Pixels, palette: Pixels | None = None) -> bytes:
    """HxW uint8 -> a PNG file; with `palette` (Nx3, RGB) its values are places in the palette."""
    height, width = mask.shape
    kind = _GREY if palette is None else _PALETTE
    filtered = np.zeros((height, width + 1), np.uint8)  # a leading zero in each row: not filtered
    filtered[:, 1:] = mask
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))]
    if palette is not None:
        chunks.append((b"PLTE", palette.astype(np.uint8).tobytes()))
    chunks += [(b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")]
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(data):
        if len(data) - place < 12:
            raise InputError(f"the PNG ends at byte {len(data)}, within a chunk: it is truncated")
        (size,) = struct.unpack_from(">I", data, place)
        if size > len(data) - place - 12:
            raise InputError(f"the PNG ends at byte {len(data)}, within a chunk of {size}: it is truncated")
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + size]
        (crc,) = struct.unpack_from(">I", data, place + 8 + size)
        if crc != zlib.crc32(kind + body):
            raise InputError(f"the PNG's chunk {kind!a} at byte {place} has a wrong checksum: it is damaged")
        yield kind, body
        if kind == b"IEND":
            return
        place += 12 + size
    raise InputError("the PNG has no end: it is truncated")


def _parse(data: bytes) -> tuple[_Header, Pixels | None, bytes]:
    if not data.startswith(SIGNATURE):
        raise InputError("this is not a PNG file")
    header, palette, packed = None, None, []
    for kind, body in _chunks(data):
        if header is None:
            header = _header(kind, body)
        elif kind == b"PLTE":
            if len(body) % 3 or not 3 <= len(body) <= 768:
                raise InputError(f"the PNG's palette has {len(body)} bytes: it is damaged")
            palette = np.frombuffer(body, np.uint8).reshape(-1, 3)
        elif kind == b"IDAT":
            packed.append(body)
    if header is None or (header.kind == _PALETTE and palette is None):
        raise InputError("the PNG has no header or no palette: it is damaged")
    return header, palette, b"".join(packed)


def _header(kind: bytes, body: bytes) -> _Header:
    if kind != b"IHDR" or len(body) != 13:
        raise InputError("the PNG does not begin with a header: it is damaged")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", body)
    depths = {0: (1, 2, 4, 8, 16), 3: (1, 2, 4, 8)}.get(colour, (8, 16))
    if colour not in _CHANNELS or depth not in depths or compression or filtering or interlace > 1:
        raise InputError(f"the PNG has the colour type {colour} in {depth} bits, which does not exist")
    if not (width and height) or width * height > LARGEST:
        raise InputError(f"the PNG says it is {width} x {height}: 1 to {LARGEST} pixels are read")
    if depth == 16 or interlace:
        raise UnsupportedPngError(
            f"the PNG {'is interlaced' if interlace else 'has 16 bits'}: save it with 8 bits a channel "
            "and not interlaced, or pip install opencv-python-headless"
        )
    return _Header(width, height, depth, colour)


def _inflate(packed: bytes, header: _Header) -> Pixels:
    """The filtered rows, height x (1 + row bytes): a filter type, then bytes."""
    wanted = header.height * (1 + header.row_bytes)
    try:
        data = zlib.decompressobj().decompress(packed, wanted)
    except zlib.error as error:
        raise InputError(f"the PNG's pixels cannot be unpacked ({error}): it is damaged") from error
    if len(data) != wanted:
        raise InputError(f"the PNG holds {len(data)} of {wanted} bytes of pixels: it is truncated")
    return np.frombuffer(data, np.uint8).reshape(header.height, -1)


def _unfilter(filtered: Pixels, header: _Header) -> Pixels:
    if filtered[:, 0].max() > 4:
        raise InputError(f"the PNG has a row of filter type {filtered[:, 0].max()}: it is damaged")
    step = max(1, header.pixel_bits // 8)
    rows = np.empty((header.height, header.row_bytes), np.uint8)
    above = np.zeros(header.row_bytes, np.uint8)
    for start in range(0, header.height, STRIP):
        strip = filtered[start : start + STRIP]
        rows[start : start + STRIP] = _unfilter_strip(strip, above, step)
        above = rows[start + len(strip) - 1]
    return rows


def _unfilter_strip(filtered: Pixels, above: Pixels, step: int) -> Pixels:
    """Rows below `above`, all filters at once.

    A pixel needs its left, upper and upper left neighbours, so the pixels of one falling diagonal (row r,
    pixel d - r) depend on the two diagonals before only: each diagonal is one vector.
    """
    height, width = len(filtered), len(above) // step
    types = filtered[:, 0, np.newaxis]
    # One border pixel above and to the left, which is zero on the left.
    done = np.zeros((height + 1, width + 1, step), np.int16)
    done[0, 1:] = above.reshape(width, step)
    raw = filtered[:, 1:].reshape(height, width, step)
    for diagonal in range(height + width - 1):
        row = np.arange(max(0, diagonal - width + 1), min(height, diagonal + 1))
        pixel = diagonal - row
        left, up, corner = done[row + 1, pixel], done[row, pixel + 1], done[row, pixel]
        done[row + 1, pixel + 1] = (raw[row, pixel] + _predict(types[row], left, up, corner)) & 255
    return done[1:, 1:].astype(np.uint8).reshape(height, -1)


def _predict(
    kind: Pixels, left: npt.NDArray[np.int16], up: npt.NDArray[np.int16], corner: npt.NDArray[np.int16]
) -> npt.NDArray[np.int16]:
    to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    paeth = np.where(
        (to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner)
    )
    predictions = (np.zeros_like(left), left, up, (left + up) >> 1, paeth)
    return np.choose(np.broadcast_to(kind, left.shape), predictions)


def _to_image(rows: Pixels, header: _Header, palette: Pixels | None) -> Pixels:
    values = rows if header.depth == 8 else _unpack(rows, header)
    if palette is not None and header.kind == _PALETTE:
        if values.max() >= len(palette):
            raise InputError(
                f"the PNG has a pixel of colour {values.max()}, its palette {len(palette)} colours"
            )
        return palette[values]
    channels = _CHANNELS[header.kind]
    if channels == 1:
        return values * np.uint8(255 // (2**header.depth - 1))
    image = values.reshape(header.height, header.width, channels)
    return image[:, :, 0] if header.kind == _GREY_ALPHA else image


def _unpack(rows: Pixels, header: _Header) -> Pixels:
    """Several pixels in a byte, the first in its high bits -> one in a byte."""
    shifts = np.arange(8 - header.depth, -1, -header.depth, dtype=np.uint8)
    values = (rows[:, :, np.newaxis] >> shifts) & np.uint8(2**header.depth - 1)
    return values.reshape(len(rows), -1)[:, : header.width]
