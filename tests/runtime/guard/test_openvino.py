"""Each rule of OpenVINO networks has its hostile network here."""

import pytest
from sample_bundle import openvino_network

from edgec_runtime.errors import BundleError, LimitError, ModelError
from edgec_runtime.guard.openvino import check_openvino

XML, WEIGHTS = openvino_network()
CONST = 'shape="1, 1, 1, 1" offset="4" size="4"'
LAYER = '<layer id="2" name="sum" type="Add" version="opset1">'
DIM = "<dim>8</dim></port></output>"
EDGE = '<edge from-layer="2" from-port="2" to-layer="3" to-port="0" />'


def refused(xml: bytes, kind: type[BundleError], words: str, weights: bytes = WEIGHTS) -> None:
    with pytest.raises(BundleError) as caught:
        check_openvino(xml, weights)
    assert type(caught.value) is kind, caught.value
    assert words in str(caught.value)


def test_the_sample_is_accepted() -> None:
    check_openvino(XML.encode(), WEIGHTS)


DECLARATION = '<?xml version="1.0"?>'
BOMB = DECLARATION + '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><net name="&c;" version="11"/>'

REPLACED: list[tuple[str, str, type[BundleError], str]] = [
    (DECLARATION, BOMB, ModelError, "a document type, comment or CDATA"),
    ("<layers>", "<!-- a comment --><layers>", ModelError, "a document type, comment or CDATA"),
    ("<layers>", "<![CDATA[x]]><layers>", ModelError, "a document type, comment or CDATA"),
    ("<layers>", "<?php x ?><layers>", ModelError, "an instruction"),
    (DECLARATION, "", ModelError, "does not begin with"),
    (DECLARATION, '<?xml version="1.0" encoding="latin1"?>', ModelError, "does not begin with"),
    (DECLARATION, "\ufeff" + DECLARATION, ModelError, "does not begin with"),
    ("<layers>", "<layers>\0", ModelError, "a NUL"),
    ("<layers>", "<layers>text", ModelError, "text in <layers>"),
    ("<layers>", "<layers>&#x41;", ModelError, "text in <layers>"),
    ("<layers>", "<layers>&evil;", ModelError, "not XML"),
    ("</net>", "", ModelError, "not XML"),
    ("</net>", "</net><net/>", ModelError, "not XML"),
    ('version="11"', 'version="12"', ModelError, "the version 12"),
    ("<rt_info />", '<rt_info><weights_path value="/etc/passwd" /></rt_info>', ModelError, "can name files"),
    ("<rt_info />", '<meta_data><x value="1" /></meta_data>', ModelError, "<meta_data> in <net>"),
    ('type="Add"', 'type="TensorIterator"', ModelError, "a 'TensorIterator', which is not one"),
    ('type="Add"', 'type="Loop"', ModelError, "a 'Loop', which is not one"),
    ('type="Add"', 'type="If"', ModelError, "a 'If', which is not one"),
    ('type="Add"', 'type="ReadValue"', ModelError, "a 'ReadValue', which is not one"),
    ('type="Add"', 'type="MyCustom"', ModelError, "a 'MyCustom', which is not one"),
    (LAYER, LAYER.replace("opset1", "extension"), ModelError, "of 'extension'"),
    (LAYER, LAYER.replace("opset1", "experimental"), ModelError, "of 'experimental'"),
    (LAYER, LAYER.replace("opset1", "opset99"), ModelError, "of 'opset99'"),
    (LAYER, LAYER.replace(' version="opset1"', ""), ModelError, "of None"),
    (LAYER, LAYER.replace('id="2"', 'id="1"'), ModelError, "has the id 1, which another layer has"),
    (LAYER, LAYER.replace('id="2"', 'id="-2"'), LimitError, "its id is -2"),
    (LAYER, LAYER.replace('id="2"', 'id="two"'), ModelError, "its id is 'two'"),
    (LAYER, LAYER.replace("name=", 'library="x.so" name='), ModelError, "the attribute 'library'"),
    (LAYER, LAYER + "<body><layers /></body>", ModelError, "<body> in <layer>"),
    (
        LAYER,
        LAYER + '<rt_info><attribute name="weights" value="f" /></rt_info>',
        ModelError,
        "the note 'weights'",
    ),
    ('auto_broadcast="numpy"', 'path="/etc/passwd"', ModelError, "the attribute 'path'"),
    ('auto_broadcast="numpy"', 'offset="0" size="4"', ModelError, "only a Const may"),
    (CONST, CONST.replace('offset="4"', 'offset="5"'), ModelError, "4 bytes at 5; the file of weights has 8"),
    (
        CONST,
        CONST.replace('offset="4"', 'offset="18446744073709551612"'),
        ModelError,
        "the offset of a Const",
    ),
    (CONST, CONST.replace('offset="4"', 'offset="9223372036854775804"'), LimitError, "the offset of a Const"),
    (CONST, CONST.replace('offset="4"', 'offset="-4"'), LimitError, "the offset of a Const"),
    (CONST, CONST.replace('size="4"', 'size="9"'), ModelError, "9 bytes at 4"),
    (CONST, CONST.replace('size="4"', 'size="2"'), ModelError, "has 2 bytes; expected 4"),
    (CONST, CONST.replace(' size="4"', ""), ModelError, "the size of a Const is ''"),
    (CONST, CONST.replace("1, 1, 1, 1", "2, 1, 1, 1"), ModelError, "has 4 bytes; expected 8"),
    (CONST, CONST.replace("1, 1, 1, 1", ",".join("1" * 9)), LimitError, "at most 8 dimensions"),
    (CONST, CONST.replace("1, 1, 1, 1", "33554432"), LimitError, "a dimension is 33554432"),
    (CONST, CONST.replace("1, 1, 1, 1", "16777216, 16777216"), LimitError, "at most 2147483648"),
    (CONST, CONST.replace("1, 1, 1, 1", "1, x"), ModelError, "a dimension is 'x'"),
    (
        '<data element_type="f32" shape="1',
        '<data element_type="string" shape="1',
        ModelError,
        "type 'string'",
    ),
    (DIM, "<dim>8</dim>" * 6 + "</port></output>", LimitError, "more than 8 dimensions"),
    (DIM, "<dim>99999999</dim></port></output>", LimitError, "a dimension is 99999999"),
    (DIM, "<dim /></port></output>", ModelError, "a dimension is ''"),
    (DIM, "<dim>8<dim>8</dim></dim></port></output>", ModelError, "<dim> in <dim>"),
    (EDGE, EDGE.replace('to-layer="3"', 'to-layer="9"'), ModelError, "an edge at the layer 9"),
    (EDGE, EDGE + EDGE.replace('from-layer="2"', 'from-layer="3"'), ModelError, "run in a circle"),
    (
        EDGE,
        EDGE + '<edge from-layer="3" from-port="0" to-layer="0" to-port="0" />',
        ModelError,
        "run in a circle",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "kind", "words"), REPLACED, ids=[f"{i} {w}" for i, (*_, w) in enumerate(REPLACED)]
)
def test_refuses(old: str, new: str, kind: type[BundleError], words: str) -> None:
    assert old in XML
    refused(XML.replace(old, new, 1).encode(), kind, words)


def test_utf_16_hides_nothing() -> None:
    refused(XML.encode("utf-16"), ModelError, "does not begin with")


def test_bytes_that_are_not_utf_8() -> None:
    refused(XML.encode().replace(b'name="sum"', b'name="\xff"'), ModelError, "not XML")


def test_too_many_layers() -> None:
    layers = "".join(f'<layer id="{i}" name="r" type="Result" version="opset1" />' for i in range(20_001))
    xml = f'{DECLARATION}<net name="n" version="11"><layers>{layers}</layers></net>'
    refused(xml.encode(), LimitError, "more than 20000 layers")


def test_too_large() -> None:
    refused(DECLARATION.encode() + b" " * (64 << 20), LimitError, "at most 67108864")


def test_deep_nesting_is_refused_at_its_first_step() -> None:
    refused((DECLARATION + "<net>" * 100_000).encode(), ModelError, "the version None")


@pytest.mark.parametrize("weights", [b"", b"1234567"])
def test_weights_that_are_too_short(weights: bytes) -> None:
    refused(XML.encode(), ModelError, "the file of weights has", weights)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DECLARATION, '<?xml version="1.0" encoding="UTF-8"?>'),
        (LAYER, LAYER + '<rt_info><attribute name="fused_names" version="0" value="a" /></rt_info>'),
        ("opset1", "opset16"),
        ("<rt_info />", ""),
        ('<edge from-layer="2" from-port="2"', '<edge from-layer="2" from-port="2"'),
    ],
)
def test_allowed(old: str, new: str) -> None:
    check_openvino(XML.replace(old, new).encode(), WEIGHTS)
