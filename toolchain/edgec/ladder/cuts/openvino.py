"""OpenVINO's IR in pieces. It holds no names of the graph's: they are found by lowering the graph again."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import openvino

from edgec.errors import UsageError
from edgec.graph import Graph
from edgec.ladder.cuts.base import Piece, piece_to
from edgec.lower import Lowered
from edgec.lower.openvino import TOPOLOGY, WEIGHTS, serialize
from edgec_runtime.engine import Array
from edgec_runtime.errors import EngineError

ROUNDING = "FakeQuantize"
Place = tuple[str, int]  # a layer's name, which is unique, and which of its outputs


def cut(lowered: Lowered, graph: Graph | None) -> "OpenVinoCuts":
    """The IR of a variant. Raises UsageError where `graph` is not there or is lowered to other layers now."""
    if graph is None:
        raise UsageError("OpenVINO's files hold no names of nodes, and the graph is not known here")
    core = openvino.Core()
    model = core.read_model(lowered.files[TOPOLOGY], lowered.files[WEIGHTS])
    names = _names(core.read_model(*serialize(graph)), model)
    joined = {made for made, rounded in _roundings(graph).items() if rounded not in names}
    return OpenVinoCuts(model, names, joined, str(graph.input.name), str(graph.output.name))


def _roundings(graph: Graph) -> dict[str, str]:
    """Tensor -> what it is once rounded. The IR has not all of them: what has one scale is rounded joined."""
    taken = {node.outputs[0]: node.inputs[0] for node in graph.nodes if node.op_type == "QuantizeLinear"}
    given = {node.inputs[0]: node.outputs[0] for node in graph.nodes if node.op_type == "DequantizeLinear"}
    pairs = ((taken.get(integers), rounded) for integers, rounded in given.items() if integers is not None)
    return {str(made.name): str(rounded.name) for made, rounded in pairs if made is not None}


class OpenVinoCuts:
    """See Cuts; `names`: the graph's names of the model's tensors; `joined`: what is rounded once joined."""

    def __init__(
        self, model: Any, names: Mapping[str, Place], joined: Collection[str], source: str, result: str
    ) -> None:
        self._model = model
        self._joined = joined
        self._source = source
        self._layers = {layer.get_friendly_name(): layer for layer in model.get_ordered_ops()}
        self._made: dict[str, Place] = {}
        self._rounded: dict[str, Place] = {}
        for name, place in names.items():
            if name != result and name.endswith("_dequantized"):
                continue
            rounded = place if name == result else names.get(f"{name}_dequantized", place)
            self._add(name, self._before(rounded), rounded)

    @property
    def tensors(self) -> Sequence[str]:
        """See Cuts."""
        return [name for name in self._made if name != self._source]

    def reads(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        return self._piece(tensor, known).reads

    def operators(self, tensor: str, known: Collection[str]) -> tuple[str, ...]:
        """See Cuts."""
        kinds = (self._layers[name].get_type_name() for name in self._piece(tensor, known).nodes)
        return tuple(kind for kind in kinds if kind != "Constant")

    def run(self, tensor: str, feeds: Mapping[str, Array]) -> Array:
        """See Cuts."""
        model = self._model.clone()
        layers = {layer.get_friendly_name(): layer for layer in model.get_ordered_ops()}
        parameters = []
        for name, value in feeds.items():
            layer, output = self._made[name]
            parameters.append(openvino.opset8.parameter(value.shape, np.float32, name=f"fed {name}"))
            for reader in layers[layer].output(output).get_target_inputs():
                reader.replace_source_output(parameters[-1].output(0))
        layer, output = self._rounded[tensor]
        end = layers[layer].output(output)
        piece = openvino.Model([_as_joined(end) if tensor in self._joined else end], parameters, "piece")
        config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
        try:
            compiled = openvino.Core().compile_model(piece, "CPU", config)
            found: Array = np.array(compiled(list(feeds.values()))[0])
        except RuntimeError as error:
            raise EngineError(f"openvino cannot run the piece to {tensor!r}: {error}") from error
        return found

    def _piece(self, tensor: str, known: Collection[str]) -> Piece[str]:
        stops = {self._made[name]: name for name in known if name != tensor and name in self._made}
        return piece_to(self._rounded[tensor], stops, lambda place: place[0], self._inputs)

    def _inputs(self, layer: str) -> list[Place]:
        return [_place(entry.get_source_output()) for entry in self._layers[layer].inputs()]

    def _add(self, name: str, made: Place, rounded: Place) -> None:
        """Where one tensor has two names, from before and after it is rounded, the latter stays."""
        other = next((known for known, place in self._made.items() if place == made), None)
        if other is not None and made == rounded:
            return
        if other is not None:
            del self._made[other], self._rounded[other]
        self._made[name], self._rounded[name] = made, rounded

    def _before(self, place: Place) -> Place:
        """What a FakeQuantize takes; any other tensor itself."""
        return self._inputs(place[0])[0] if self._layers[place[0]].get_type_name() == ROUNDING else place


def _as_joined(value: Any) -> Any:
    """`value` rounded by itself, as it is in the Concat that reads it."""
    for joint in (entry.get_node() for entry in value.get_target_inputs()):
        for reader in (entry.get_node() for entry in joint.output(0).get_target_inputs()):
            if joint.get_type_name() == "Concat" and reader.get_type_name() == ROUNDING:
                bounds = [entry.get_source_output() for entry in reader.inputs()[1:]]
                levels = reader.get_attributes()["levels"]
                return openvino.opset8.fake_quantize(value, *bounds, levels).output(0)
    return value


def _names(named: Any, model: Any) -> dict[str, Place]:
    """The names of one model's tensors -> the places of another one of the same layers, in their order."""
    pairs = list(zip(named.outputs, model.outputs, strict=True))
    found: dict[str, Place] = {}
    seen = set()
    order: list[tuple[str, Place]] = []
    while pairs:
        theirs, ours = (output.node for output in pairs.pop())
        if theirs.get_friendly_name() in seen:
            continue
        seen.add(theirs.get_friendly_name())
        _check_same(theirs, ours)
        for one, other in zip(theirs.outputs(), ours.outputs(), strict=True):
            if theirs.get_type_name() not in ("Constant", "Result"):
                order += [(name, _place(other)) for name in one.get_names()]
        sources = zip(theirs.inputs(), ours.inputs(), strict=True)
        pairs += [(a.get_source_output(), b.get_source_output()) for a, b in sources]
    places = {layer.get_friendly_name(): number for number, layer in enumerate(model.get_ordered_ops())}
    found.update(sorted(order, key=lambda entry: places[entry[1][0]]))
    return found


def _check_same(theirs: Any, ours: Any) -> None:
    if theirs.get_type_name() != ours.get_type_name() or len(theirs.inputs()) != len(ours.inputs()):
        raise UsageError(
            f"the bundle's IR has other layers than OpenVINO {openvino.__version__} makes of the graph "
            f"({ours.get_type_name()} for {theirs.get_type_name()} {theirs.get_friendly_name()!r}): "
            "compare with the OpenVINO that the bundle was built with"
        )


def _place(output: Any) -> Place:
    return output.node.get_friendly_name(), output.get_index()
