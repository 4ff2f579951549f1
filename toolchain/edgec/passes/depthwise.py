"""A depthwise convolution after a Concat goes before it, one for each input: exact, channel by channel.

What meets in the Concat then is what two convolutions give, and not a skip that a Relu bounds: in integers
all of it can have one scale, so that nothing is rounded twice (quantize/sharing.py), and no engine runs a
convolution over the widest tensor of the network.
"""

from dataclasses import dataclass

import onnx_ir as ir

from edgec.passes.library import LibraryPass


@dataclass(frozen=True)
class DepthwiseBeforeConcat(LibraryPass):
    """Rewrite each Concat of channels whose only user is a depthwise Conv with constant parameters."""

    def rewrite(self, model: ir.Model) -> bool:
        """See LibraryPass."""
        found = [node for node in model.graph if _channels_concatenated(node) and _depthwise_after(node)]
        for node in found:
            _swap(model.graph, node)
        return bool(found)


def _channels_concatenated(node: ir.Node) -> tuple[int, ...]:
    """How many channels each input of a Concat has; none where it is another node or that is not known."""
    if node.op_type != "Concat" or node.attributes.get_int("axis", 0) not in (1, -3):
        return ()
    shapes = [value.shape for value in node.inputs if value is not None]
    channels = [shape[1] for shape in shapes if shape is not None and len(shape) == 4]
    known = [count for count in channels if isinstance(count, int)]
    return tuple(known) if len(known) == len(node.inputs) else ()


def _depthwise_after(concat: ir.Node) -> ir.Node | None:
    users = concat.outputs[0].consumers()
    if len(users) != 1 or users[0].op_type != "Conv" or concat.outputs[0].is_graph_output():
        return None
    conv, parameters = users[0], [value for value in users[0].inputs[1:] if value is not None]
    if any(value.const_value is None for value in parameters):
        return None
    groups = conv.attributes.get_int("group", 1)
    return conv if groups == sum(_channels_concatenated(concat)) else None


def _swap(graph: ir.Graph, concat: ir.Node) -> None:
    conv = _depthwise_after(concat)
    if conv is None:
        return
    result, parts, first = conv.outputs[0], list[ir.Node](), 0
    for source, count in zip(concat.inputs, _channels_concatenated(concat), strict=True):
        parts.append(_part(graph, conv, source, slice(first, first + count), len(parts)))
        first += count
    joined = ir.node("Concat", [part.outputs[0] for part in parts], {"axis": 1}, name=conv.name)
    joined.outputs[0].shape, joined.outputs[0].type = result.shape, result.type
    graph.insert_before(conv, [*parts, joined])
    result.replace_all_uses_with(joined.outputs[0], replace_graph_outputs=True)
    graph.remove([conv, concat], safe=True)
    joined.outputs[0].name = result.name


def _part(graph: ir.Graph, conv: ir.Node, source: ir.Value | None, groups: slice, place: int) -> ir.Node:
    """The convolution of some of the channels, which are its groups."""
    parameters = [_groups_of(graph, value, conv, groups, place) for value in conv.inputs[1:]]
    node = ir.node("Conv", [source, *parameters], name=f"{conv.name}.{place}")
    node.attributes.update(conv.attributes)
    node.attributes["group"] = ir.AttrInt64("group", groups.stop - groups.start)
    node.outputs[0].name, node.outputs[0].type = node.name, conv.outputs[0].type
    return node


def _groups_of(
    graph: ir.Graph, value: ir.Value | None, conv: ir.Node, groups: slice, place: int
) -> ir.Value | None:
    """The rows of a weight or bias, (out, ...), that belong to these groups."""
    if value is None or value.const_value is None:
        return None
    data = value.const_value.numpy()
    rows = len(data) // conv.attributes.get_int("group", 1)
    data = data[groups.start * rows : groups.stop * rows].copy()
    tensor = ir.tensor(data, name=f"{value.name}.{place}")
    kind = ir.TensorType(tensor.dtype)
    part = ir.Value(name=tensor.name, shape=ir.Shape(data.shape), type=kind, const_value=tensor)
    graph.register_initializer(part)
    return part
