from dataclasses import replace

from tests.toolchain.report.verdicts import REPORT

from edgec.report.markdown import gate_markdown


def test_a_heading_and_a_row_for_each_verdict() -> None:
    lines = gate_markdown(REPORT).splitlines()
    assert lines[0] == "### ❌ edgec gate: fail"
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 2 + len(REPORT.verdicts)
    assert "openvino fp32" in gate_markdown(REPORT)


def test_words_mean_nothing_in_markdown() -> None:
    text = gate_markdown(replace(REPORT, candidate="a|b\n# <b>*x*.edgec"))
    assert r"a\|b \# \<b\>\*x\*.edgec" in text
    assert r"it may be \| or not" in text
    assert r"A \| processor" in text
