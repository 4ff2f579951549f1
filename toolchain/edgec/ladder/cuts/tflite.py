"""A TFLite file in pieces: smaller files of its own tensors and operators."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.ladder.cuts.base import Piece, piece_to
from edgec.lower import Lowered
from edgec.lower.tflite import FILE
from edgec.lower.tflite.flatbuffer import TYPES, FlatBuffer
from edgec.lower.tflite.tensors import Quantization
from edgec_runtime.engine import Array, LoadOptions
from edgec_runtime.engines import load_engine

DTYPES: dict[Any, Any] = {code: dtype for dtype, code in TYPES.items()}
OPERATORS = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}


def cut(lowered: Lowered, _graph: Graph | None) -> "TfliteCuts":
    """The file of a variant; its tensors have the graph's names already."""
    (content,) = lowered.files.values()
    return TfliteCuts(schema.ModelT.InitFromPackedBuf(content, 0))


class TfliteCuts:
    """See Cuts; integers are turned into real numbers, and back, by the file's own scales."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._graph = model.subgraphs[0]
        self._producer = {
            place: number for number, op in enumerate(self._graph.operators) for place in op.outputs
        }
        made = [*self._graph.inputs, *(place for place in self._producer if self._is_computed(place))]
        self._made = {self._graph.tensors[place].name.decode(): int(place) for place in made}

    @property
    def tensors(self) -> Sequence[str]:
        """See Cuts."""
        return [name for name, place in self._made.items() if place not in self._graph.inputs]

    def reads(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        return self._piece(tensor, known).reads

    def operators(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        return tuple(self._kind(number)[0] for number in self._piece(tensor, known).nodes)

    def run(self, tensor: str, feeds: Mapping[str, Array]) -> Array:
        """See Cuts."""
        file, result = FlatBuffer(), self._rounded(self._made[tensor])
        places: dict[int, int] = {}
        for place in [self._made[name] for name in feeds]:
            self._copy_tensor(file, place, places)
        for number in self._piece(tensor, feeds).nodes:
            self._copy_operator(file, number, places)
        content = file.finish({name: places[self._made[name]] for name in feeds}, {tensor: places[result]})
        given = {name: self._integers(self._made[name], _nhwc(value)) for name, value in feeds.items()}
        with closing(load_engine("tflite").load({FILE: content}, LoadOptions(threads=1))) as engine:
            (found,) = engine.run(given).values()
        return _nchw(self._real(result, found))

    def _piece(self, tensor: str, known: Collection[str]) -> Piece[int]:
        stops = {self._made[name]: name for name in known if name != tensor and name in self._made}
        return piece_to(self._rounded(self._made[tensor]), stops, self._producer.get, self._inputs)

    def _inputs(self, number: int) -> list[int]:
        return [int(place) for place in self._graph.operators[number].inputs if place >= 0]

    def _is_computed(self, place: int) -> bool:
        """Whether a tensor is an image that depends on the input, not weights expanded at run time."""
        tensors = self._graph.tensors
        constant = [
            self._model.buffers[tensors[n].buffer].data is not None
            for n in self._inputs(self._producer[place])
        ]
        return tensors[place].shape is not None and len(tensors[place].shape) == 4 and not all(constant)

    def _rounded(self, place: int) -> int:
        """What a float tensor is after QUANTIZE, where all who read it read that; any other tensor itself."""
        users = [n for n in range(len(self._graph.operators)) if place in self._inputs(n)]
        if self._parameters(place) is None and [self._kind(n)[0] for n in users] == ["QUANTIZE"]:
            return int(self._graph.operators[users[0]].outputs[0])
        return place

    def _kind(self, number: int) -> tuple[str, int]:
        code = self._model.operatorCodes[self._graph.operators[number].opcodeIndex]
        return OPERATORS[max(code.builtinCode, code.deprecatedBuiltinCode)], code.version

    def _copy_operator(self, file: FlatBuffer, number: int, places: dict[int, int]) -> None:
        operator = self._graph.operators[number]
        for place in (*operator.inputs, *operator.outputs):
            self._copy_tensor(file, int(place), places)
        inputs, outputs = ([places[int(n)] for n in part] for part in (operator.inputs, operator.outputs))
        file.operator(*self._kind(number), inputs, outputs, operator.builtinOptions)

    def _copy_tensor(self, file: FlatBuffer, place: int, places: dict[int, int]) -> None:
        places.setdefault(-1, -1)  # an optional input that is left out
        if place in places:
            return
        tensor = self._graph.tensors[place]
        shape = [] if tensor.shape is None else [int(size) for size in tensor.shape]
        data, dtype = self._model.buffers[tensor.buffer].data, DTYPES.get(tensor.type)
        if dtype is None:
            raise UsageError(f"{tensor.name.decode()!r} has a type that this edgec does not write")
        constant = None if data is None else np.frombuffer(bytes(data), dtype).reshape(shape)
        places[place] = file.tensor(tensor.name.decode(), shape, dtype, self._parameters(place), constant)

    def _parameters(self, place: int) -> Quantization | None:
        found = self._graph.tensors[place].quantization
        if found is None or found.scale is None or not len(found.scale):
            return None
        scale = tuple(float(entry) for entry in found.scale)
        return Quantization(scale, int(found.zeroPoint[0]), found.quantizedDimension)

    def _integers(self, place: int, values: Array) -> Any:
        found = self._parameters(place)
        if found is None:
            return values
        return np.clip(np.rint(values / found.scale[0]) + found.zero, -128, 127).astype(np.int8)

    def _real(self, place: int, values: Any) -> Array:
        found = self._parameters(place)
        if found is None:
            return np.asarray(values, np.float32)
        return np.asarray((values - np.float32(found.zero)) * np.float32(found.scale[0]), np.float32)


def _nhwc(values: Array) -> Array:
    return np.ascontiguousarray(values.transpose(0, 2, 3, 1))


def _nchw(values: Array) -> Array:
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
