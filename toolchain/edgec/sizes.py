"""Which image sizes a network of free height and width takes, found by trying."""

from collections.abc import Callable

from edgec.errors import ExportError

Shape = tuple[int, ...]
# Multiples of 64, odd and apart: no dimension of it is taken for another one or for a constant.
EXAMPLE = (192, 320)
_MULTIPLES = (1, 2, 4, 8, 16, 32, 64)
_BASE = 64  # each size tried is about this, so that no level of the network runs out of pixels


def find_multiple(run: Callable[[int, int], Shape]) -> int:
    """The smallest power of two that height and width must be multiples of.

    `run` gives the output's shape (N, C, h, w) for a height and width, or raises. A size fits when the
    output's size divides it: a network that crops its skips answers 64x64 to 65x67, so 1 is no multiple of
    its; odd multiples are tried, of height and width apart. Raises ExportError where none up to 64 fits.
    """
    last: Exception | None = None
    for multiple in _MULTIPLES:
        low = multiple * (_BASE // multiple + 1)
        height, width = low, low + 2 * multiple
        try:
            shape = run(height, width)
        except Exception as error:
            last = error
            continue
        if len(shape) == 4 and shape[2] and shape[3] and not height % shape[2] and not width % shape[3]:
            return multiple
    why = f" ({str(last).splitlines()[0]})" if last and str(last) else ""
    raise ExportError(
        f"the network takes no size freely: multiples of 1 to {_MULTIPLES[-1]} were tried{why}; "
        "build it for a fixed size: --size HEIGHTxWIDTH"
    )
