"""Times of a TFLite network's operators, by difference.

LiteRT's Python interface has no profiler, and XNNPACK runs all it took as one delegate. So the network is
cut behind each operator, and what that takes more than the network cut before it is the operator's. What is
read later is a result of each piece, so that nothing of it is left out. All pieces are run several times
over, and of each the fastest run counts: other work on the machine only adds. As a longer piece cannot be
faster, no piece counts for more than any longer one; so the sum is exactly the whole network's time.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from edgec.lower import Lowered, Operator
from edgec.lower.tflite import FILE
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.integers import to_integers
from edgec_runtime.measure import timed

PASSES, RUNS = 4, 4
IDENTIFIER = b"TFL3"


def times_by_difference(
    lowered: Lowered, operators: Sequence[Operator], image: Array, options: LoadOptions
) -> list[Operator]:
    """`operators`, in the order in which they run, with milliseconds.

    One piece is loaded at a time.
    """
    nhwc = np.ascontiguousarray(image.transpose(0, 2, 3, 1))
    taken = lowered.input_quantization
    feed = nhwc if taken is None else to_integers(nhwc, taken)
    fastest = [float("inf")] * len(operators)
    for _ in range(PASSES):
        for place, entry in enumerate(operators):
            invoke = _loaded(prefix(lowered.files[FILE], entry.name), feed, options).invoke
            fastest[place] = min(fastest[place], *(timed(invoke) for _ in range(RUNS)))
    ends = [0.0, *(min(fastest[place:]) for place in range(len(fastest)))]
    return [
        replace(entry, milliseconds=end - start)
        for entry, (start, end) in zip(operators, pairwise(ends), strict=True)
    ]


def _loaded(content: bytes, feed: Any, options: LoadOptions) -> Any:
    """An interpreter that has run once."""
    interpreter = Interpreter(model_content=content, num_threads=options.threads)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], feed)
    interpreter.invoke()
    return interpreter


def prefix(network: bytes, tensor: str) -> bytes:
    """`network` up to the operator that makes `tensor`; its results are that and what is read later."""
    model = schema.ModelT.InitFromPackedBuf(network, 0)
    graph = model.subgraphs[0]
    names = [entry.name.decode() for entry in graph.tensors]
    last = next(n for n, op in enumerate(graph.operators) if names[op.outputs[0]] == tensor)
    kept, later = graph.operators[: last + 1], graph.operators[last + 1 :]
    read = {int(place) for op in later for place in op.inputs} | {int(place) for place in graph.outputs}
    made = [int(place) for op in kept for place in op.outputs]
    moving = _moving(graph, kept)
    graph.operators = kept
    graph.outputs = [place for place in made if place in moving and (place in read or place == made[-1])]
    model.signatureDefs = None
    builder = flatbuffers.Builder(len(network))
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def _moving(graph: Any, operators: Sequence[Any]) -> set[int]:
    """The tensors that depend on the input."""
    found = {int(place) for place in graph.inputs}
    for operator in operators:
        if not found.isdisjoint(int(place) for place in operator.inputs):
            found.update(int(place) for place in operator.outputs)
    return found
