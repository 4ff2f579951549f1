"""How a program ended, in words."""

from edgec_runtime.lastwords import last_words


def test_a_code_with_the_last_line_that_holds_something() -> None:
    assert last_words("it", 3, "first\n  why \n\n", {}) == "it ended with code 3: why"
    assert last_words("it", 3, " \n", {}) == "it ended with code 3: nothing was printed"


def test_a_signal_with_what_it_mostly_means() -> None:
    assert (
        last_words("it", -9, "why", {"SIGKILL": ": out of memory"})
        == "it was ended by SIGKILL: out of memory"
    )
    assert last_words("it", -11, "why", {"SIGKILL": ": out of memory"}) == "it was ended by SIGSEGV"
