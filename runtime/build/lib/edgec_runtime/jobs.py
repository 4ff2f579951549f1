"""What is run to be measured: the golden input through the network, or images from pixels to mask."""

from collections.abc import Callable, Sequence
from itertools import cycle, pairwise
from pathlib import Path
from time import perf_counter_ns

import numpy as np

from edgec_runtime.engine import Array
from edgec_runtime.errors import InputError
from edgec_runtime.image import Image, prepare
from edgec_runtime.imagefile import read_image
from edgec_runtime.mask import to_mask
from edgec_runtime.measure import timed
from edgec_runtime.session import Session

STAGES = ("prepare", "network", "mask")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
MOST = 32  # images that are held decoded: they are in the memory that is measured

Job = Callable[[], tuple[float, ...]]  # the milliseconds of each stage, or of the network alone


def golden_job(session: Session, golden: Array, batch: int) -> Job:
    """Run `batch` images, those of `golden` (N, C, H, W) over and over, through `Session.run`."""
    images = np.ascontiguousarray(golden[np.arange(batch) % len(golden)])
    feeds = {session.manifest.input.name: images}
    return lambda: (timed(lambda: session.run(feeds)),)


def image_job(session: Session, images: Sequence[Image]) -> Job:
    """Segment the next of `images`, over and over, as `Session.segment` does; see STAGES."""
    given, taken = session.manifest.input, session.manifest.output
    turn = cycle(images)

    def job() -> tuple[float, ...]:
        image = next(turn)
        times = [perf_counter_ns()]
        feed = prepare(image, given)
        times.append(perf_counter_ns())
        answer = session.run({given.name: feed})[taken.name]
        times.append(perf_counter_ns())
        to_mask(answer, taken, (image.shape[0], image.shape[1]))
        times.append(perf_counter_ns())
        return tuple((end - start) / 1e6 for start, end in pairwise(times))

    return job


def image_files(folder: Path) -> list[Path]:
    """The first MOST images of `folder` by name. Raises InputError where it holds none."""
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise InputError(f"{folder}: {error.strerror or error}: give a folder of images") from error
    files = [path for path in files if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise InputError(f"{folder} holds no image: give a folder of {', '.join(SUFFIXES)} files")
    return files[:MOST]


def read_images(folder: Path) -> list[Image]:
    """The images of `image_files`. Raises InputError for one that cannot be read."""
    return [read_image(path) for path in image_files(folder)]
