import pytest


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--target", "cpu"), "add --budget-ms or --speedup"),
        (("--budget-ms", "5", "--speedup", "2x"), "give one"),
        (("--speedup", "0.5x"), "not faster than unpruned"),
        (("--speedup", "fast"), "write 2x or 1.5x"),
        (("--speedup", "2x", "--ratio", "0.3"), "leave --ratio"),
    ],
)
def test_a_budget_that_says_too_little_or_too_much_is_refused(
    here, words: tuple[str, ...], said: str
) -> None:
    finished = here("prune", "--model", "unet_light", "--data", "nuclei", *words)
    assert finished.returncode == 2
    assert said in finished.stderr
