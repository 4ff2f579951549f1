"""The guard of OpenVINO networks: the IR's XML is parsed here before the engine's parser sees it."""

import math
import re
from graphlib import CycleError, TopologicalSorter
from xml.parsers import expat

from edgec_runtime.errors import LimitError, ModelError
from edgec_runtime.format import limits
from edgec_runtime.guard.openvino_layers import ATTRIBUTES, BITS, LAYERS, NOTES, PARENTS, VERSIONS

_XML_BYTES = 64 * limits.MIB
_DECLARATION = re.compile(rb"""<\?xml version="1\.0"( encoding="(utf|UTF)-8")?( standalone="yes")?\?>""")
_NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_IR_VERSIONS = ("10", "11")


def check_openvino(xml: bytes, weights: bytes) -> None:
    """Check an IR's `.xml` against its `.bin`.

    Raises ModelError where it holds what a bundle may not have, LimitError where it is too large.
    """
    if len(xml) > _XML_BYTES:
        raise LimitError(f"the IR has {len(xml)} bytes, at most {_XML_BYTES} are allowed")
    declaration = _DECLARATION.match(xml)
    if declaration is None:
        raise ModelError('the IR does not begin with <?xml version="1.0"?> in UTF-8')
    _refuse_markup(xml, declaration.end())
    network = _Network(len(weights))
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = network.start
    parser.EndElementHandler = network.end
    parser.CharacterDataHandler = network.text
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise ModelError(f"the IR is not XML: {error}") from error
    network.check_edges()


def _refuse_markup(xml: bytes, start: int) -> None:
    for mark, what in (
        (b"<!", "a document type, comment or CDATA"),
        (b"<?", "an instruction"),
        (b"\0", "a NUL"),
    ):
        place = xml.find(mark, start)
        if place >= 0:
            raise ModelError(f"the IR holds {what} at byte {place}, which a bundle may not have")


class _Network:
    """Checks elements as they come and keeps the layers' numbers and edges."""

    def __init__(self, weights: int) -> None:
        self._weights = weights
        self._path = [""]
        self._type = ""
        self._dims = 0
        self._number = ""
        self._before: dict[int, set[int]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._path[1:] == ["net", "rt_info"]:
            raise ModelError("the IR holds notes for the runtime, which can name files: remove them")
        parent = self._path[-1]
        if parent not in PARENTS.get(name, ()):
            raise ModelError(
                f"the IR holds <{name}> in <{parent or 'the file'}>, which a bundle may not have"
            )
        for key in attributes:
            if key not in ATTRIBUTES[name]:
                raise ModelError(f"the IR's <{name}> has the attribute {key!r}, which a bundle may not have")
        self._path.append(name)
        check = getattr(self, f"_check_{name}", None)
        if check is not None:
            check(attributes)

    def text(self, text: str) -> None:
        """Text within an element: only a dimension holds some."""
        if self._path[-1] == "dim":
            self._number += text
        elif text.strip():
            raise ModelError(f"the IR holds text in <{self._path[-1]}>, which a bundle may not have")

    def end(self, name: str) -> None:
        """An element ends."""
        self._path.pop()
        if name == "dim":
            _integer(self._number, -1, limits.TENSOR_DIMENSION, "a dimension")

    def check_edges(self) -> None:
        """Raises ModelError where the layers run in a circle."""
        try:
            TopologicalSorter(self._before).prepare()
        except CycleError as error:
            raise ModelError(f"the IR's layers run in a circle: {error.args[1]}") from error

    def _check_net(self, attributes: dict[str, str]) -> None:
        if attributes.get("version") not in _IR_VERSIONS:
            raise ModelError(
                f"the IR has the version {attributes.get('version')}; expected {', '.join(_IR_VERSIONS)}"
            )

    def _check_layer(self, attributes: dict[str, str]) -> None:
        self._type = attributes.get("type", "")
        where = f"the IR's layer {attributes.get('name')!r}"
        if self._type not in LAYERS:
            raise ModelError(f"{where} is a {self._type!r}, which is not one that a bundle may hold")
        if attributes.get("version") not in VERSIONS:
            raise ModelError(
                f"{where} is of {attributes.get('version')!r}, which is not one of OpenVINO's opsets"
            )
        number = _integer(attributes.get("id", ""), 0, limits.INTEGER, f"{where}: its id")
        if number in self._before:
            raise ModelError(f"{where} has the id {number}, which another layer has")
        self._before[number] = set()
        if len(self._before) > limits.NODES:
            raise LimitError(f"the IR has more than {limits.NODES} layers")

    def _check_data(self, attributes: dict[str, str]) -> None:
        if self._type != "Const":
            if "offset" in attributes or "size" in attributes:
                raise ModelError(f"the IR's {self._type} has data in the file of weights; only a Const may")
            return
        offset = _integer(attributes.get("offset", ""), 0, limits.INTEGER, "the offset of a Const")
        size = _integer(attributes.get("size", ""), 0, limits.INTEGER, "the size of a Const")
        # Never their sum, which can pass beyond what an engine's integers hold.
        if not (size <= self._weights and offset <= self._weights - size):
            raise ModelError(f"a Const has {size} bytes at {offset}; the file of weights has {self._weights}")
        wanted = _size(attributes.get("element_type", ""), attributes.get("shape", ""))
        if size != wanted:
            raise ModelError(
                f"a Const of shape [{attributes.get('shape')}] has {size} bytes; expected {wanted}"
            )

    def _check_port(self, _attributes: dict[str, str]) -> None:
        self._dims = 0

    def _check_dim(self, _attributes: dict[str, str]) -> None:
        self._dims += 1
        self._number = ""
        if self._dims > limits.TENSOR_RANK:
            raise LimitError(f"the IR holds a tensor of more than {limits.TENSOR_RANK} dimensions")

    def _check_attribute(self, attributes: dict[str, str]) -> None:
        if attributes.get("name") not in NOTES:
            raise ModelError(f"the IR holds the note {attributes.get('name')!r}, which a bundle may not have")

    def _check_edge(self, attributes: dict[str, str]) -> None:
        ends = [
            _integer(attributes.get(key, ""), 0, limits.INTEGER, "an end of an edge")
            for key in ("from-layer", "to-layer")
        ]
        for number in ends:
            if number not in self._before:
                raise ModelError(f"the IR has an edge at the layer {number}, which is not there")
        self._before[ends[1]].add(ends[0])


def _size(kind: str, shape: str) -> int:
    if kind not in BITS:
        raise ModelError(f"a Const has the type {kind!r}, which a bundle may not have")
    dims = [
        _integer(dim.strip(), 0, limits.TENSOR_DIMENSION, "a dimension") for dim in shape.split(",") if shape
    ]
    if len(dims) > limits.TENSOR_RANK:
        raise LimitError(
            f"a Const has the shape [{shape}]: at most {limits.TENSOR_RANK} dimensions are allowed"
        )
    size = (math.prod(dims) * BITS[kind] + 7) // 8
    if size > limits.TENSOR_BYTES:
        raise LimitError(
            f"a Const of shape [{shape}] has {size} bytes, at most {limits.TENSOR_BYTES} are allowed"
        )
    return size


def _integer(text: str, least: int, most: int, where: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise ModelError(f"{where} is {text[:40]!r} in the IR; expected an integer")
    if not least <= int(text) <= most:
        raise LimitError(f"{where} is {text} in the IR; expected {least} to {most}")
    return int(text)
