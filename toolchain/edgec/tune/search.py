"""Which layers go back to float: in the order of gain a millisecond, found by bisection."""

from collections.abc import Callable, Mapping, Sequence

from edgec.tune.latency import measure
from edgec.tune.sensitivity import Layer
from edgec.tune.trials import Trials

WEIGHED = 12  # of so many of the most sensitive layers it is measured what they cost in float
LEFT_OUT = 6  # of so many of the layers found it is tried whether they are needed
UNTOLD = 0.01  # of int8's latency: less is not told on a shared machine, and no layer counts as cheaper


def search(trials: Trials, ranking: Sequence[Layer], max_drop: float) -> None:
    """Try what may be the fastest that loses at most `max_drop` on both parts; see Trials.tried.

    All layers in 8 bits where that holds. Else as few as bisection finds go back to float, in the order of
    what that gains for each millisecond, and of those the last in the order are left out one by one where the
    others do.
    """
    if trials.worst_drop(()) <= max_drop:
        return
    alone = {layer.name: (layer.name,) for layer in ranking[:WEIGHED]}
    speeds = measure(list(alone.values()), (), trials.workshop, trials.journal, trials.progress)
    more_ms = {name: speeds[layers]["more_ms"] for name, layers in alone.items()}
    order = [layer.name for layer in order_by_gain(ranking, more_ms, speeds[()]["ms"])]

    def meets(names: Sequence[str]) -> bool:
        return trials.worst_drop(trials.workshop.only(names)) <= max_drop

    found = order[: fewest(len(order), lambda count: meets(order[:count]))]
    if len(found) < len(order):
        needed(found, meets)


def order_by_gain(
    ranking: Sequence[Layer], more_ms: Mapping[str, float], int8_ms: float
) -> tuple[Layer, ...]:
    """The layers in the order in which they go back to float.

    First those whose cost in float was measured, `more_ms` than int8: by the noise that goes away for each
    millisecond. Then the others as they are ranked, the most sensitive first.
    """
    least = UNTOLD * int8_ms
    weighed = [layer for layer in ranking if layer.name in more_ms]
    weighed.sort(key=lambda layer: layer.noise / max(more_ms[layer.name], least), reverse=True)
    return (*weighed, *(layer for layer in ranking if layer.name not in more_ms))


def fewest(count: int, meets: Callable[[int], bool]) -> int:
    """The least number in 1..count that meets, by bisection; that `count` does is known.

    It takes one more layer in float to lose nothing. Where that fails the result meets all the same, and
    only a smaller one may be passed over.
    """
    low, high = 0, count
    while high - low > 1:
        middle = (low + high) // 2
        if meets(middle):
            high = middle
        else:
            low = middle
    return high


def needed(names: Sequence[str], meets: Callable[[Sequence[str]], bool]) -> list[str]:
    """`names`, which meet, without those that are not needed; the last but one is tried first.

    The last is needed: bisection found that those before it do not meet.
    """
    kept = list(names)
    for name in reversed(names[max(0, len(names) - 1 - LEFT_OUT) : -1]):
        fewer = [other for other in kept if other != name]
        if meets(fewer):
            kept = fewer
    return kept
