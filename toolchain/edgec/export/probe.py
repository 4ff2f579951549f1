"""What a network takes and whether its graph says the same, found by running it."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import onnxruntime

from edgec.errors import ExportError
from edgec.export.group_norm import spell_group_norms
from edgec.graph import Graph

Images: TypeAlias = npt.NDArray[np.float32]
Run: TypeAlias = Callable[[Images], Images]

# Multiples of 64, odd and apart: no dimension of it is taken for another one or for a constant.
EXAMPLE = (192, 320)
_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_BASE = 64  # each size tried is about this, so that no level of the network runs out of pixels
FIX_THE_SIZE = "Build it for one size: --size HEIGHTxWIDTH"
_FREE_BATCH = "Export it with a free batch, and with no shape that holds the batch's size"
_TOLERANCE = 1e-4  # of the largest value, or of 1: what another order of sums may change
# The same on average, where signs are taken of sums and flip with their order: a trained `blu_net`, which
# never saw noise, differs by 2e-2 on it, and by 3e-4 on images. One of random weights, whose sums are often
# 0, differs by more, 0.1; but so does it from itself in float64.
_LEAPS, _OWN_LEAPS = 5e-2, 3


def noise(*shape: int) -> Images:
    """The same uniform random images in 0..1 each time."""
    return np.random.default_rng(0).random(shape, dtype=np.float32)


def find_multiple(run: Run, channels: int) -> int:
    """The smallest power of two that height and width must be multiples of.

    `run` answers images (1, C, H, W) with maps (1, c, h, w), or raises. A size fits when the map's size
    divides it: a network that crops its skips answers 64x64 to 65x67, so it does not take multiples of 1.
    Odd multiples are tried, another one for the height than for the width. Raises ExportError where none up
    to 64 fits.
    """
    for multiple in _MULTIPLES:
        low = multiple * ((_BASE // multiple + 1) | 1)
        height, width = low, low + 2 * multiple
        try:
            batch, _, tall, wide = run(noise(1, channels, height, width)).shape
        except Exception as error:
            if multiple == _MULTIPLES[-1]:
                raise ExportError(f"the network takes no size freely: {error}. {FIX_THE_SIZE}") from error
            continue
        if batch == 1 and tall and wide and not height % tall and not width % wide:
            return multiple
    raise ExportError(f"the network takes no multiples of 1 to {_MULTIPLES[-1]} freely. {FIX_THE_SIZE}")


def check_same(
    original: Run, graph: Graph, channels: int, size: tuple[int, int], wider: Run | None = None
) -> None:
    """Raise ExportError unless the graph answers two images at once as the original does one by one.

    Of a graph that `leaps` on average, else everywhere. `wider`: the original in float64, which tells how far
    it leaps by itself.
    """
    images = noise(2, channels, *size)
    expected = np.concatenate([original(images[i : i + 1]) for i in range(2)])
    if not np.isfinite(expected).all():
        raise ExportError("the network answers random images with NaN or infinity: check its weights")
    try:
        found = run_onnx(spell_group_norms(graph).to_bytes())(images)
    except ExportError as error:
        raise ExportError(f"the network does not take a batch of two: {error}. {_FREE_BATCH}") from error
    if found.shape != expected.shape:
        raise ExportError(
            f"the network answers {found.shape}, not {expected.shape}, to two images. {_FREE_BATCH}"
        )
    gap, largest = np.abs(found - expected), max(1.0, float(np.abs(expected).max()))
    same = gap.max() <= _TOLERANCE * largest
    if not same and not (graph.leaps and gap.mean() <= _leaps(images, expected, wider) * largest):
        raise ExportError(
            f"the exported network differs by up to {gap.max():.3g} from the original on two random images: "
            "its answer must depend on each image alone, not on chance or on the others of its batch"
        )


def _leaps(images: Images, expected: Images, wider: Run | None) -> float:
    """The mean gap that a network of signs may have, of its largest value."""
    if wider is None:
        return _LEAPS
    own = np.abs(wider(images) - expected).mean() / max(1.0, float(np.abs(expected).max()))
    return max(_LEAPS, _OWN_LEAPS * float(own))


def run_onnx(content: bytes) -> Run:
    """Load an ONNX network into ONNX Runtime; both loading and running raise ExportError."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ExportError(f"ONNX Runtime does not load the network: {first_line(error)}") from error

    def run(images: Images) -> Images:
        try:
            (output,) = session.run(None, {session.get_inputs()[0].name: images})
        except Exception as error:
            raise ExportError(f"it does not run on images of {images.shape}: {first_line(error)}") from error
        return check_map(output, images)

    return run


def check_map(output: npt.NDArray[np.generic], images: Images) -> Images:
    """Raise ExportError unless `output` is a map for `images`: float32 (N, c, h, w)."""
    if output.ndim != 4 or output.dtype != np.float32:
        raise ExportError(
            f"the network gives {output.dtype} of shape {output.shape} for images of {images.shape}; "
            "edgec takes a float32 map of shape (batch, channels, height, width)"
        )
    return output.astype(np.float32, copy=False)


def first_line(error: BaseException) -> str:
    """The first line of an engine's or compiler's message, shortened; where it has none, its type."""
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__
