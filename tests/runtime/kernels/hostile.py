"""Run as a script: networks whose nodes, constants and inputs were changed at random, through the kernels.

Prints each error, then how many networks were refused and how many answered.
"""

import os
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, numpy_helper

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.runtime.kernels.cases import (
    FORMS,
    Case,
    Sizes,
    byte_convolution,
    convolution,
    enlarging,
    last_convolution,
    packing,
    pooling,
    unpacking,
)

from edgec_runtime.engine import LoadOptions
from edgec_runtime.engines import onnxruntime
from edgec_runtime.errors import EngineError
from edgec_runtime.kernels import library

NUMBERS = (-(2**63), -1, 0, 1, 2, 3, 31, 32, 33, 4096, 4097, 2**24, 2**31, 2**40, 2**63 - 1)
FLOATS = (np.nan, np.inf, -np.inf, 1e30, 0.0)


def sizes(random: np.random.Generator) -> Sizes:
    levels = [(1,), (2, 1), (4, 2, 1)]
    pick = random.integers
    return Sizes(
        1,
        int(pick(1, 6)),
        int(pick(1, 6)),
        int(pick(1, 70)),
        int(pick(1, 70)),
        int(random.choice([1, 3])),
        levels[pick(3)],
        levels[pick(3)],
        int(random.choice([1, 3, 7])),
        int(pick(2**32)),
    )


def draw(random: np.random.Generator) -> Case:
    kind, size = random.integers(len(FORMS) + 7), sizes(random)
    if kind < len(FORMS):
        return convolution(FORMS[kind], size)
    packs = (lambda s: packing(s, True), lambda s: packing(s, False))
    others = (unpacking, pooling, enlarging, byte_convolution, last_convolution, *packs)
    return others[kind - len(FORMS)](size)


def change_attribute(model: ModelProto, random: np.random.Generator) -> None:
    attributes = model.graph.node[0].attribute
    if not attributes:
        return
    entry = attributes[random.integers(len(attributes))]
    number = int(random.choice(NUMBERS))
    if random.random() < 0.1:
        attributes.remove(entry)
    elif entry.ints and random.random() < 0.5:
        del entry.ints[:]
        entry.ints.extend([number] * int(random.integers(0, 6)))
    elif entry.ints:
        entry.ints[random.integers(len(entry.ints))] = number
    else:
        entry.i = number


def change_constant(model: ModelProto, random: np.random.Generator) -> None:
    tensors = model.graph.initializer
    if not tensors:
        return
    tensor = tensors[random.integers(len(tensors))]
    array = numpy_helper.to_array(tensor).copy()
    way = random.integers(5)
    if way == 0:
        array = array[..., :-1]
    elif way == 1:
        array = np.concatenate([array, array], int(random.integers(array.ndim)))
    elif way == 2:
        array = array.reshape(-1)
    elif way == 3:
        array = array[:0]
    elif array.dtype == np.float32:
        array.flat[random.integers(array.size)] = random.choice(FLOATS)
    else:
        ends = np.iinfo(array.dtype)
        array.flat[random.integers(array.size)] = random.choice([ends.min, ends.max])
    tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))


def change_feed(feeds: dict[str, np.ndarray], random: np.random.Generator) -> None:
    name = list(feeds)[random.integers(len(feeds))]
    array, axis = feeds[name], int(random.integers(feeds[name].ndim))
    way = random.integers(3)
    if way == 0:
        feeds[name] = np.take(array, np.arange(array.shape[axis] - 1), axis)
    elif way == 1:
        feeds[name] = np.concatenate([array, array], axis)
    else:
        feeds[name] = np.take(array, [], axis)


def attempt(model: ModelProto, feeds: dict[str, np.ndarray]) -> str | None:
    try:
        with onnxruntime.load({"m.onnx": model.SerializeToString()}, LoadOptions(2)) as session:
            session.run(feeds)
    except EngineError as error:
        return str(error)
    return None


def main(path: str, seed: int) -> None:
    os.environ[library.VARIABLE] = path
    random = np.random.default_rng(seed)
    refused, answered = 0, 0
    for _ in range(300):
        case = draw(random)
        model, feeds = onnx.load_from_string(case.model()), dict(case.feeds)
        change = random.integers(4)
        if change == 0:
            change_attribute(model, random)
        elif change == 1:
            change_feed(feeds, random)
        else:
            change_constant(model, random)
        error = attempt(model, feeds)
        refused, answered = refused + (error is not None), answered + (error is None)
        if error is not None:
            print(error.splitlines()[0][:200])
    print(refused, answered)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
