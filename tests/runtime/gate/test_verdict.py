import pytest

from edgec_runtime.gate import Answer, Verdict, overall

PASS, FAIL, CANNOT, NOT_RUN = Answer.PASS, Answer.FAIL, Answer.CANNOT_TELL, Answer.NOT_RUN


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((PASS, CANNOT, FAIL), FAIL),
        ((PASS, CANNOT, NOT_RUN), CANNOT),
        ((PASS, NOT_RUN), PASS),
        ((NOT_RUN,), NOT_RUN),
        ((), NOT_RUN),
    ],
)
def test_one_answer_for_all(answers: tuple[Answer, ...], expected: Answer) -> None:
    assert overall(answers) is expected


def test_a_variant_in_words() -> None:
    assert Verdict("cpu", "int8-static", "x86-vnni", "size", PASS, "").variant == "cpu int8-static (x86-vnni)"
