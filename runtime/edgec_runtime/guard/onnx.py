"""The guard of ONNX networks: the protobuf is walked before any engine sees it."""

from collections.abc import Iterable

from edgec_runtime.errors import LimitError, ModelError
from edgec_runtime.format import limits
from edgec_runtime.guard.onnx_binary import check_binary_node, is_binary
from edgec_runtime.guard.onnx_operators import OPERATORS
from edgec_runtime.guard.onnx_schema import SCHEMA
from edgec_runtime.guard.onnx_tensor import check_tensor, check_value_info
from edgec_runtime.guard.protobuf import Message, Reader, signed, signed_numbers, text
from edgec_runtime.kernels import DOMAIN, DOMAIN_VERSION

_STANDARD = ("", "ai.onnx")
_OPSETS = range(7, 30)
_IR_VERSIONS = range(3, 20)


def check_onnx(data: bytes) -> None:
    """Raises ModelError where the file holds what a bundle may not have, LimitError where it is too large."""
    model = Reader(SCHEMA).read(memoryview(data), "Model", "the model")
    version = first(model, "ir_version", 0)
    if version not in _IR_VERSIONS:
        raise ModelError(
            f"the ONNX IR version is {version}; expected {_IR_VERSIONS[0]} to {_IR_VERSIONS[-1]}"
        )
    if "graph" not in model:
        raise ModelError("the ONNX model holds no graph")
    _check_opsets(model)
    for entry in model.get("metadata_props", []):
        if text(entry, "key") == "ort_config":
            raise ModelError(
                "the model's metadata holds 'ort_config', a configuration of the engine: remove it"
            )
    functions = _check_functions(model)
    graph: Message = model["graph"][0]
    _check_nodes(graph.get("node", []), functions)
    _check_values(graph)
    for tensor in graph.get("initializer", []):
        check_tensor(tensor, f"the initializer {text(tensor, 'name')!r}")


def first(message: Message, name: str, default: int) -> int:
    """The value of a singular number."""
    values = message.get(name)
    return values[0] if values else default


def _check_opsets(message: Message) -> None:
    seen = set()
    for opset in message.get("opset_import", []):
        domain, version = text(opset, "domain"), first(opset, "version", 0)
        if domain not in (*_STANDARD, DOMAIN):
            raise ModelError(
                f"the model imports the operator domain {domain!r}; only the standard one and {DOMAIN!r} are "
                "allowed"
            )
        if domain == DOMAIN and version != DOMAIN_VERSION:
            raise ModelError(f"the model imports {DOMAIN!r} {version}; expected {DOMAIN_VERSION}")
        if domain != DOMAIN and version not in _OPSETS:
            raise ModelError(f"the model's opset is {version}; expected {_OPSETS[0]} to {_OPSETS[-1]}")
        name = domain if domain == DOMAIN else ""
        if name in seen:
            raise ModelError(f"the model imports the operator domain {domain!r} twice")
        seen.add(name)


def _check_functions(model: Message) -> dict[str, int]:
    """The bodies of our own operators: name -> number of nodes. They call no other function."""
    functions: dict[str, int] = {}
    for function in model.get("functions", []):
        name, domain = text(function, "name"), text(function, "domain")
        if not is_binary(name, domain):
            raise ModelError(
                f"the model holds the function {name!r} of the domain {domain!r}; only the operators of "
                f"{DOMAIN!r} may be functions"
            )
        if name in functions:
            raise ModelError(f"the model holds the function {name!r} twice")
        _check_opsets(function)
        nodes = function.get("node", [])
        _check_nodes(nodes, {})
        _check_values(function)
        for attribute in function.get("attribute_proto", []):
            _check_attribute(attribute, f"the function {name!r}")
        functions[name] = len(nodes)
    return functions


def _check_values(message: Message) -> None:
    for key in ("input", "output", "value_info"):
        for value in message.get(key, []):
            if isinstance(value, dict):
                check_value_info(value, f"the value {text(value, 'name')!r}")


def _check_nodes(nodes: Iterable[Message], functions: dict[str, int]) -> None:
    count = 0
    for node in nodes:
        operator, domain = text(node, "op_type"), text(node, "domain")
        where = f"the node {text(node, 'name')!r} ({operator})"
        if domain == DOMAIN and operator in functions:
            check_binary_node(node, operator, where)
            count += functions[operator]
        elif domain not in _STANDARD:
            raise ModelError(
                f"{where} is of the operator domain {domain!r}; only the standard one is allowed"
            )
        elif operator not in OPERATORS:
            raise ModelError(f"{where}: this operator is not one that a bundle may hold")
        count += 1
        if count > limits.NODES:
            raise LimitError(f"the network has more than {limits.NODES} nodes")
        _check_attributes(node, operator, where)


def _check_attributes(node: Message, operator: str, where: str) -> None:
    seen = set()
    for attribute in node.get("attribute", []):
        name = text(attribute, "name")
        if name in seen:
            raise ModelError(f"{where} holds the attribute {name!r} twice")
        seen.add(name)
        _check_attribute(attribute, where)
        # A Constant may hold any number, such as the largest as the end of a Slice.
        if operator != "Constant":
            _check_numbers(attribute, where, name)


def _check_attribute(attribute: Message, where: str) -> None:
    for key in ("t", "tensors"):
        for tensor in attribute.get(key, []):
            check_tensor(tensor, f"{where}: its attribute {text(attribute, 'name')!r}")


def _check_numbers(attribute: Message, where: str, name: str) -> None:
    numbers = [signed(number) for number in attribute.get("i", [])]
    for number in (*numbers, *signed_numbers(attribute.get("ints", []))):
        if abs(number) > limits.TENSOR_DIMENSION:
            raise LimitError(
                f"{where}: its attribute {name!r} holds {number}, beyond {limits.TENSOR_DIMENSION}"
            )
