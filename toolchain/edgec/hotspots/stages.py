"""The stages of a U-Net, told from the sizes of the maps that its operators make."""

from collections.abc import Iterable

from edgec.lower import Operator

ONLY = "network"  # of a network that never changes its size
MIDDLE = "middle"
STEP = 4  # no pooling changes a size by more at once


def stages(operators: Iterable[Operator], size: tuple[int, int]) -> list[str]:
    """The stage of each operator, in the order in which they run on an image of (height, width).

    'down1' at the image's size, 'down2' at the next smaller one, ..., 'middle' at the smallest, then 'up1'
    and so on, where it never gets smaller again. A result that is no map in the image's proportions, such as
    rows of a reshaped map, stays in the stage before.
    """
    heights = _heights(operators, size)
    levels = {height: level for level, height in enumerate(sorted(set(heights), reverse=True))}
    bottom = len(levels) - 1
    if bottom == 0:
        return [ONLY] * len(heights)
    found, reached = [], 0
    for height in heights:
        if reached or levels[height] == bottom:
            reached = max(reached, height)
            level = levels[reached]
            found.append(MIDDLE if level == bottom else f"up{bottom - level}")
        else:
            found.append(f"down{levels[height] + 1}")
    return found


def _heights(operators: Iterable[Operator], size: tuple[int, int]) -> list[int]:
    found, height = [], size[0]
    for entry in operators:
        now = _height(entry.shape, size) or height
        if max(now, height) <= STEP * min(now, height):
            height = now
        found.append(height)
    return found


def _height(shape: tuple[int, ...], size: tuple[int, int]) -> int | None:
    """Of a map (1, C, H, W) or (1, H, W, C) in the proportions of `size`, rounded either way where odd."""
    if len(shape) != 4:
        return None
    for height, width in (shape[1:3], shape[2:4]):
        # (h, w) came from halving both: neither is off by more than one of its own pixels.
        if abs(height * size[1] - width * size[0]) < max(size):
            return height
    return None
