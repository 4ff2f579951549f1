"""The parts of JUnit XML that GitLab, GitHub and Jenkins read, and no more."""

from xml.etree import ElementTree

from tests.toolchain.report.verdicts import REPORT

from edgec.report.junit import junit_xml

# As the schema that Jenkins publishes has them: element -> its attributes.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped"},
    "testcase": {"classname", "name"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
}


def suite() -> ElementTree.Element:
    top = ElementTree.fromstring(junit_xml(REPORT))
    (found,) = top
    return found


def test_only_known_elements_and_attributes() -> None:
    for element in ElementTree.fromstring(junit_xml(REPORT)).iter():
        assert set(element.attrib) == ATTRIBUTES[element.tag]


def test_the_counts_are_those_of_the_cases() -> None:
    found = suite()
    assert found.attrib | {"name": ""} == {
        "name": "", "tests": "4", "failures": "1", "errors": "1", "skipped": "1",
    }  # fmt: skip
    assert len(found) == 4


def test_each_case_says_its_sentence_where_the_readers_look() -> None:
    passed, failed, unknown, skipped = suite()
    assert (passed.get("classname"), passed.get("name")) == ("edgec.gate.cpu int8-static", "size")
    assert passed.findtext("system-out") == "its files take 1.59 MiB"
    failure, error = failed.find("failure"), unknown.find("error")
    assert failure is not None
    assert error is not None
    # GitLab shows the text, others the attribute; a NUL cannot be said in XML.
    assert failure.text == failure.get("message") == "+6.0 % slower & <more>?"
    assert error.get("type") == "cannot tell"
    assert skipped.find("skipped") is not None
