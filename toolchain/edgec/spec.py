"""Recipe + Graph -> what the manifest says of the network's input and output."""

import onnx_ir as ir

from edgec.errors import GraphError, UsageError
from edgec.graph import Graph
from edgec.recipe import Recipe
from edgec_runtime.format.manifest import Activation, ClassSpec, Decision, InputSpec, OutputSpec

PROBABILITY_OPERATORS = {"Sigmoid": "sigmoid", "HardSigmoid": "sigmoid", "Softmax": "softmax"}


def input_spec(graph: Graph, recipe: Recipe, multiple_of: int) -> InputSpec:
    """How an image becomes the network's input (float32 NCHW).

    Raises UsageError where the recipe's colour, mean or std do not fit the network's channels.
    """
    channels = _channels(graph.input)
    height, width = recipe.size if recipe.size is not None else (None, None)
    colour = recipe.colour or ("grey" if channels == 1 else "rgb")
    if channels != (1 if colour == "grey" else 3):
        raise UsageError(
            f"the network takes {channels} channels, a {colour} image has "
            f"{1 if colour == 'grey' else 3}: choose --colour, or a network that takes 1 or 3 channels"
        )
    return InputSpec(
        name=str(graph.input.name),
        channels=channels,
        height=height,
        width=width,
        multiple_of=multiple_of,
        colour=colour,
        scale=recipe.scale,
        mean=_per_channel("mean", recipe.mean, channels),
        std=_per_channel("std", recipe.std, channels),
        resize="bilinear",
    )


def output_spec(graph: Graph, recipe: Recipe, left_out: Activation = "none") -> OutputSpec:
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


def _per_channel(name: str, values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    if len(values) == 1:
        return values * channels
    if len(values) != channels:
        raise UsageError(
            f"--{name} has {len(values)} values and the network {channels} channels: give 1 or {channels}"
        )
    return values


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
