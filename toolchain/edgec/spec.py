"""Recipe + Graph -> what the manifest says of the network's input and output."""

import onnx_ir as ir

from edgec.errors import GraphError, UsageError
from edgec.graph import Graph
from edgec.recipe import Recipe
from edgec.recipe.input_spec import input_spec
from edgec_runtime.format.manifest import Activation, ClassSpec, Decision, InputSpec, OutputSpec

PROBABILITY_OPERATORS = {"Sigmoid": "sigmoid", "HardSigmoid": "sigmoid", "Softmax": "softmax"}


def graph_input(graph: Graph, recipe: Recipe, multiple_of: int) -> InputSpec:
    """How an image becomes the exported network's input. Raises as `edgec.recipe.input_spec` does."""
    return input_spec(recipe, _channels(graph.input), name=str(graph.input.name), multiple_of=multiple_of)


def graph_output(graph: Graph, recipe: Recipe, left_out: Activation = "none") -> OutputSpec:
    """How the network's output becomes a mask; `left_out`: the activation that the network had.

    Raises UsageError where the recipe's classes do not fit the network's channels.
    """
    channels = _channels(graph.output)
    held = _activation_held(graph)
    missing: Activation = "sigmoid" if channels == 1 else "softmax"
    activation: Activation = recipe.activation or ("none" if held else missing)
    if left_out != "none":
        activation = left_out
    kind = (held or missing) if activation == "none" else activation
    decision: Decision = "argmax" if kind == "softmax" else "threshold"
    return OutputSpec(
        name=str(graph.output.name),
        channels=channels,
        activation=activation,
        decision=decision,
        threshold=recipe.threshold if decision == "threshold" else None,
        classes=_classes(recipe, channels + (decision == "threshold")),
    )


def _activation_held(graph: Graph) -> str | None:
    producer = graph.output.producer()
    return PROBABILITY_OPERATORS.get(producer.op_type) if producer is not None else None


def _channels(value: ir.Value) -> int:
    dims = list(value.shape) if value.shape is not None else []
    if len(dims) != 4 or not isinstance(dims[1], int):
        raise GraphError(
            f"{value.name!r} has the shape {value.shape}: expected (batch, channels, height, width)"
        )
    return dims[1]


def _classes(recipe: Recipe, count: int) -> tuple[ClassSpec, ...]:
    default = ("background", "foreground") if count == 2 else tuple(f"class-{i}" for i in range(count))
    names = recipe.classes or default
    if len(names) != count:
        raise UsageError(
            f"--classes names {len(names)} classes ({', '.join(names)}); the network has {count}"
        )
    return tuple(ClassSpec(name, voc_colour(i)) for i, name in enumerate(names))


def voc_colour(index: int) -> tuple[int, int, int]:
    """The RGB colour of a class in the PASCAL VOC palette (its devkit's VOClabelcolormap)."""
    colour = [0, 0, 0]
    for bit in range(8):
        for channel in range(3):
            colour[channel] |= (index >> (3 * bit + channel) & 1) << (7 - bit)
    return (colour[0], colour[1], colour[2])
