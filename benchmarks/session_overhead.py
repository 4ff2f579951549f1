"""What `Session.run` adds to a call of the engine itself; the limit is 50 microseconds and 2 %.

    python benchmarks/session_overhead.py [BUNDLE] [--rounds 50]

For every variant that runs here, one thread, on the bundle's golden input. `own work`: `Session.run` with the
engine's native object replaced by one that answers at once, which is what the session adds and nothing else.
`direct` and `session`: the native object and the session, interleaved in random order; `ratio` is the median
of the rounds' own ratios with its 95 % bootstrap interval, on a busy machine wider than what it measures.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import numpy as np
from interleaved import interleave, ratio_interval

from edgec_runtime import Session
from edgec_runtime.bundle import Bundle
from edgec_runtime.choose import choose
from edgec_runtime.engine import Array, Tensor
from edgec_runtime.errors import EdgecError
from edgec_runtime.feeds import to_nhwc
from edgec_runtime.integers import to_integers
from edgec_runtime.selftest import read_tensor

Call = Callable[[], object]


class Null:
    """A native object of any engine that answers at once."""

    def __init__(self, name: str, answer: Array) -> None:
        self._name, self._answer = name, answer

    def run(self, _outputs: object, _feeds: object) -> list[Array]:
        """ONNX Runtime's."""
        return [self._answer]

    def infer(self, _feeds: object, **_options: bool) -> dict[str, Array]:
        """OpenVINO's."""
        return {self._name: self._answer}

    def set_tensor(self, _index: int, _value: Array) -> None:
        """TFLite's, the first step."""

    def invoke(self) -> None:
        """TFLite's, the second step."""

    def get_tensor(self, _index: int) -> Array:
        """TFLite's, the third step."""
        return self._answer


def native_call(session: Session, image: Array) -> tuple[str, Call]:
    """The attribute that holds the engine's native object, and a plain call of that."""
    engine: Any = session.engine
    name, output = session.variant.input, session.variant.output
    if session.variant.engine == "onnxruntime":
        return "_session", lambda: engine._session.run([output], {name: image})
    if session.variant.engine == "openvino":
        return "_request", lambda: engine._request.infer({name: image})[output]
    feed: Tensor = to_nhwc(image)
    if session.variant.input_quantization is not None:
        feed = to_integers(feed, session.variant.input_quantization)
    place, answer = engine._inputs[name]["index"], engine._outputs[output]

    def invoke() -> Tensor:
        engine._interpreter.set_tensor(place, feed)
        engine._interpreter.invoke()
        found: Tensor = engine._interpreter.get_tensor(answer)
        return found

    return "_interpreter", invoke


def microseconds(call: Call) -> float:
    start = perf_counter_ns()
    call()
    return (perf_counter_ns() - start) / 1e3


def own_work(session: Session, attribute: str, run: Call, output: Array) -> float:
    """Median microseconds of `run` with a native object that does nothing."""
    native = getattr(session.engine, attribute)
    setattr(session.engine, attribute, Null(session.variant.output, output))
    try:
        return float(np.median([microseconds(run) for _ in range(3000)]))
    finally:
        setattr(session.engine, attribute, native)


def compare(session: Session, image: Array, rounds: int) -> str:
    feeds = {session.manifest.input.name: image}
    attribute, direct = native_call(session, image)
    output = np.array(direct())
    calls: dict[str, Call] = {"direct": direct, "session": lambda: session.run(feeds)}
    times = interleave(calls, rounds)
    ratio, low, high = ratio_interval(times["session"], times["direct"])
    base, added = float(np.median(times["direct"])), own_work(session, attribute, calls["session"], output)
    return (
        f"own work {added:6.1f} us, {added / 1e3 / base:6.2%} of direct {base:8.2f} ms; "
        f"session {np.median(times['session']):8.2f} ms, ratio {ratio:.4f} [{low:.4f}, {high:.4f}]"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("bundle", type=Path, nargs="?", default=Path("artifacts/unet_light-1.0.0.edgec"))
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    with Bundle.open(options.bundle) as bundle:
        image = read_tensor(bundle, bundle.manifest.golden_input)[:1]
        for variant in bundle.manifest.variants:
            name = f"{variant.target} {variant.precision}"
            try:
                session = Session.load(bundle, choose(bundle, variant.target, variant.precision), threads=1)
            except EdgecError as error:
                print(f"{name:24}{error}")
                continue
            with session:
                print(f"{name:24}{compare(session, image, options.rounds)}")


if __name__ == "__main__":
    main()
