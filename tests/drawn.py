"""Images drawn for networks from elsewhere: eyes with their pupils, and pages of text."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
EYE, PAGE = (148, 148), (320, 320)


def eye(seed: int) -> tuple[Image, Image]:
    """A dark pupil with a glint in a grey iris amid fur, and the mask of the pupil (0 and 255)."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[: EYE[0], : EYE[1]].astype(np.float32)
    fur = 150 + 120 * cv2.GaussianBlur(random.normal(size=EYE).astype(np.float32), (0, 0), 2)
    (across, down), pupil = random.uniform(60, 88, 2), random.uniform(10, 26)
    iris = np.hypot(x - across, 1.15 * (y - down)) < random.uniform(42, 56)
    inside = np.hypot(x - across - random.uniform(-4, 4), y - down - random.uniform(-4, 4)) < pupil
    glint = np.hypot(x - across - random.uniform(-8, 8), y - down - random.uniform(-8, 8)) < 3.5
    drawn = np.select([glint, inside, iris], [240.0, 25.0, 90.0], fur).astype(np.float32)
    noisy = cv2.GaussianBlur(drawn, (0, 0), 1.2) + random.normal(0, 3, EYE)
    return noisy.clip(0, 255).astype(np.uint8), (255 * inside).astype(np.uint8)


def page(seed: int, size: tuple[int, int] = PAGE) -> Image:
    """Lines of letters in a dark colour on a light one, BGR."""
    random = np.random.default_rng(seed)
    paper = np.full((*size, 3), random.integers(120, 256, 3)) + np.linspace(-25, 25, size[1])[:, None]
    drawn = paper.clip(0, 255).astype(np.uint8)
    ink = [int(level) for level in random.integers(0, 90, 3)]
    line = int(random.integers(25, 50))
    while line < size[0] - 10:
        scale = random.uniform(0.5, 1.3)
        text = "".join(chr(letter) for letter in random.integers(97, 123, random.integers(3, 14)))
        start = (int(random.integers(0, size[1] // 3)), line)
        cv2.putText(drawn, text, start, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1 + seed % 2, cv2.LINE_AA)
        line += int(35 * scale + random.integers(10, 40))
    return (drawn + random.normal(0, 4, drawn.shape)).clip(0, 255).astype(np.uint8)


def write_eyes(folder: Path, seeds: range) -> Path:
    """A data set of eyes with their pupils' masks: `images` and `masks`."""
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for seed in seeds:
        for kind, image in zip(("images", "masks"), eye(seed), strict=True):
            cv2.imwrite(str(folder / kind / f"{seed}.png"), image)
    return folder


def write_pages(folder: Path, seeds: range) -> Path:
    """A folder of pages."""
    folder.mkdir(parents=True)
    for seed in seeds:
        cv2.imwrite(str(folder / f"{seed}.png"), page(seed))
    return folder
