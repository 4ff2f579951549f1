import io

import pytest
from rich.console import Console

from edgec.inspection import Inspection
from edgec.lower import Operator
from edgec.report.document import to_json
from edgec.report.inspect import inspect_document, inspect_parts


def timed(name: str, kind: str, type_: str, source: str, milliseconds: float) -> Operator:
    return Operator(name, kind, type_, f"layer_{name}", (source,), None, milliseconds)


FOUND = Inspection(
    "cpu",
    "onnxruntime",
    "int8-static",
    None,
    (
        timed("q", "QuantizeLinear", "convert", "image", 1),
        timed("c", "QLinearConv", "int8", "q", 5),
        timed("t", "Transpose", "int8", "c", 1),
        timed("d", "DequantizeLinear", "convert", "t", 1),
        timed("e", "Elu", "float32", "d", 1),
        timed("r", "QuantizeLinear", "convert", "e", 1),
        timed("z", "QLinearConv", "int8", "r", 10),
    ),
    None,
)
NOTHING = Inspection(
    "tflite",
    "tflite",
    "int8-static",
    None,
    (Operator("c", "CONV_2D", "int8", "c", ("image",), False, None, 2 * 1024 * 1024),),
    None,
)
REFUSED = Inspection("raspberry-pi-5", "onnxruntime", "fp32", None, (), "this machine is x86_64")
ROWS = (FOUND, NOTHING, REFUSED)


def text(ops: bool) -> str:
    file = io.StringIO()
    for part in inspect_parts("net.edgec", ROWS, ops):
        Console(file=file, width=1000, markup=False).print(part)
    return file.getvalue()


def line(shown: str, *words: str) -> list[str]:
    (found,) = (line.split() for line in shown.splitlines() if line.split()[: len(words)] == list(words))
    return found


def test_the_summary_counts_and_weighs() -> None:
    shown = text(ops=False)
    assert line(shown, "cpu")[-5:] == ["20.00", "1", "15.0", "1", "5.0"]
    assert line(shown, "tflite")[-5:] == ["-", "0", "-", "0", "-"]
    assert "this machine is x86_64" in shown
    assert "layer_t" not in shown


def test_with_ops_each_finding_is_named_with_its_cost() -> None:
    shown = text(ops=True)
    assert line(shown, "QLinearConv") == ["QLinearConv", "int8", "2", "15.000", "75.0"]
    assert line(shown, "CONV_2D") == ["CONV_2D", "int8", "(plain", "kernel)", "1", "2.00"]
    island = " ".join(line(shown, "float", "island", "DequantizeLinear"))
    assert island.endswith("DequantizeLinear layer_d, Elu layer_e, QuantizeLinear layer_r 3.000 15.0")
    assert line(shown, "conversion") == ["conversion", "Transpose", "layer_t", "1.000", "5.0"]
    assert line(shown, "end") == ["end", "QuantizeLinear", "layer_q", "1.000", "5.0"]
    assert line(shown, "nothing") == ["nothing", "-", "-"]


def test_the_document() -> None:
    document = inspect_document("net.edgec", ROWS, ops=True)
    assert (document["schema"], document["bundle"]) == (1, "net.edgec")
    found, nothing, refused = document["variants"]
    assert found["types"] == {"convert": 3, "float32": 1, "int8": 3}
    assert found["ms"] == 20
    (island,) = found["islands"]
    assert island == {
        "operators": ["d", "e", "r"],
        "layers": ["layer_e"],
        "types": ["float32"],
        "ms": 3,
        "share": 0.15,
        "bytes": None,
    }
    (conversion,) = found["conversions"]
    assert (conversion["name"], conversion["kind"], conversion["share"]) == ("t", "Transpose", 0.05)
    assert [entry["name"] for entry in found["ends"]] == ["q"]
    assert [entry["name"] for entry in found["operators"]] == ["q", "c", "t", "d", "e", "r", "z"]
    assert nothing["islands"] == nothing["conversions"] == nothing["ends"] == []
    assert nothing["operators"][0] == {
        "name": "c",
        "kind": "CONV_2D",
        "type": "int8",
        "layer": "c",
        "accelerated": False,
        "ms": None,
        "bytes": 2 * 1024 * 1024,
    }
    assert refused == {
        "target": "raspberry-pi-5",
        "engine": "onnxruntime",
        "precision": "fp32",
        "profile": None,
        "reason": "this machine is x86_64",
    }
    to_json(document)


@pytest.mark.parametrize("ops", [False, True])
def test_the_operators_only_where_asked_for(ops: bool) -> None:
    first = inspect_document("net.edgec", ROWS, ops)["variants"][0]
    assert ("operators" in first) == ops
