import io
import json

from rich.console import Console
from tests.toolchain.report.verdicts import REPORT

from edgec.report.document import to_json
from edgec.report.gate import gate_document, gate_table


def test_the_document() -> None:
    document = json.loads(to_json(gate_document(REPORT)))
    assert (document["schema"], document["answer"], document["new"]) == (1, "fail", ["openvino fp32"])
    assert [verdict["answer"] for verdict in document["verdicts"]] == [
        "pass",
        "fail",
        "cannot tell",
        "not run",
    ]
    latency = document["verdicts"][1]
    assert (latency["check"], latency["unit"], latency["low"], latency["high"]) == (
        "latency",
        "ms",
        1.05,
        1.07,
    )
    assert latency["limit"] == "3 %"


def test_the_table_has_a_sentence_for_every_verdict() -> None:
    file = io.StringIO()
    Console(file=file, width=1000, markup=False).print(gate_table(REPORT))
    text = file.getvalue()
    assert "fail: new.edgec against old.edgec" in text
    for verdict in REPORT.verdicts:
        assert verdict.sentence.rstrip("\x00") in text
