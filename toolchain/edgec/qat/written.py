"""A tuned network in its run's folder: an ONNX file of float weights with its ranges, and what builds it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx.helper
import onnx_ir as ir
import yaml

from edgec.graph import OUTPUT, Graph
from edgec.learn.checkpoint import write_file
from edgec.passes.activation import logits_of
from edgec.qat.subject import Subject
from edgec.recipe import Recipe
from edgec.source import Tuned

NETWORK, BUILD = "best.onnx", "build.yaml"
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Written:
    """`network`: the float network, for `edgec build --model`; `recipe`: for `edgec build --recipe`."""

    network: Path
    recipe: Path


def write(subject: Subject, weights: Mapping[str, Floats], recipe: Recipe, folder: Path) -> Written:
    """best.onnx and build.yaml in `folder`; `weights` by the names in the subject's graph.

    Raises OutputError.
    """
    written = Written(folder / NETWORK, folder / BUILD)
    write_file(written.network, to_onnx(with_weights(subject.graph, weights), subject.tuned))
    fields = _build_recipe(recipe, subject, written.network).model_dump(mode="json")
    write_file(written.recipe, yaml.safe_dump(fields, sort_keys=False))
    return written


def with_weights(graph: Graph, weights: Mapping[str, Floats]) -> Graph:
    """A copy whose initializers of these names hold these values."""
    copy = graph.clone()
    for name, data in weights.items():
        copy.model.graph.initializers[name].const_value = ir.tensor(data, name=name)
    return copy


def to_onnx(graph: Graph, tuned: Tuned) -> bytes:
    """A serialized ModelProto; the same bytes for the same network."""
    proto = graph.to_proto()
    onnx.helper.set_model_props(proto, _for_any_output(graph, tuned).properties())
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _for_any_output(graph: Graph, tuned: Tuned) -> Tuned:
    """With the range of the logits under the output's name too: `--output mask` leaves them in its place."""
    tensors, logits = tuned.ranges.tensors, str(logits_of(graph).name)
    if logits not in tensors:
        return tuned
    return replace(tuned, ranges=replace(tuned.ranges, tensors={**tensors, OUTPUT: tensors[logits]}))


def _build_recipe(recipe: Recipe, subject: Subject, network: Path) -> Recipe:
    """What builds the network for what it was tuned for; the rest is as in `recipe`."""
    changed: dict[str, object] = {
        "model": str(network),
        "name": subject.prepared.contents.name,
        "targets": (subject.tuned.target,),
        "profiles": (subject.tuned.profile,),
        "precisions": ("fp32", "int8-static"),
        "float_layers": (),
        "options": {},
        **dict.fromkeys(("checkpoint", "train", "distil", "channels")),
    }
    return recipe.model_copy(update=changed)
