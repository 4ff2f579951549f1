"""A gate's verdicts as JUnit XML, for the test reports of GitLab, GitHub and Jenkins.

The form that all of them read: testsuites, testsuite, testcase; a case holds failure, error or skipped.
GitLab shows the text of a failure and not its attribute `message`, so the sentence stands in both.
"""

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from edgec.report.gate import title_of
from edgec_runtime.gate import Answer

if TYPE_CHECKING:
    from edgec.gate.run import GateReport
    from edgec_runtime.gate import Verdict

_ELEMENTS = {Answer.FAIL: "failure", Answer.CANNOT_TELL: "error", Answer.NOT_RUN: "skipped"}
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 cannot say these


def junit_xml(report: "GateReport") -> str:
    """A suite for the gate and a case for each verdict; 'cannot tell' is an error, 'not run' is skipped."""
    answers = [verdict.answer for verdict in report.verdicts]
    counts = {
        "tests": str(len(answers)),
        "failures": str(answers.count(Answer.FAIL)),
        "errors": str(answers.count(Answer.CANNOT_TELL)),
    }
    top = ElementTree.Element("testsuites", {"name": "edgec gate", **counts})
    skipped = {"skipped": str(answers.count(Answer.NOT_RUN))}
    suite = ElementTree.SubElement(top, "testsuite", {"name": _text(title_of(report)), **counts, **skipped})
    for verdict in report.verdicts:
        _add_case(suite, verdict)
    ElementTree.indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(top, encoding="unicode")}\n'


def _add_case(suite: ElementTree.Element, verdict: "Verdict") -> None:
    case = ElementTree.SubElement(
        suite, "testcase", classname=_text(f"edgec.gate.{verdict.variant}"), name=verdict.check
    )
    sentence = _text(verdict.sentence)
    element = _ELEMENTS.get(verdict.answer)
    if element is None:
        ElementTree.SubElement(case, "system-out").text = sentence
        return
    found = ElementTree.SubElement(case, element, message=sentence)
    if element != "skipped":
        found.set("type", str(verdict.answer))
        found.text = sentence


def _text(words: str) -> str:
    return _FORBIDDEN.sub("?", words)
