from pathlib import Path

import pytest
from tests.toolchain.cli.conftest import Run
from tests.toolchain.tune.sensitive import LAYER, SENSITIVE

from edgec.cli.app import app

MODEL = ("tune", "--model", f"{SENSITIVE}:sensitive", "--size", "32", "--data", "nuclei")


def test_the_options_of_the_network_are_those_of_build(here: Run) -> None:
    tune = app.get_command(app.make_context("edgec", [], resilient_parsing=True), "tune")
    assert tune is not None
    names = {option.name for option in tune.params}
    assert {"model", "checkpoint", "size", "calibration"} <= names
    assert not {"precisions", "targets", "out", "force", "float_layers"} & names


@pytest.mark.slow
def test_budgets_that_cannot_be_met_end_with_1_and_the_nearest(here: Run) -> None:
    result = here(*MODEL, "--max-drop", "0.02", "--budget-mib", "0.1")
    assert result.returncode == 1, result.stderr
    assert (
        f"nothing meets the budgets; the nearest is mixed with {LAYER} in float: MiB 0.13 of 0.1"
        in result.stderr
    )
    assert "misses MiB 0.13 of 0.1" in result.stdout
    run = Path("runs/tune/sensitive-1")
    assert (run / "front.png").is_file()
    assert not (run / "recipe.yaml").exists()
    assert not list(run.glob("*.edgec"))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--max-drop", "2"), "--max-drop"),
        (("--budget-ms", "0"), "--budget-ms"),
        (("--target", "cpuu"), "did you mean 'cpu'"),
        (("--data", "nowhere"), "nowhere"),
    ],
)
def test_what_cannot_be_is_refused(here: Run, words: tuple[str, ...], why: str) -> None:
    result = here(*MODEL, *words)
    assert result.returncode == 2
    assert why in result.stderr
    assert not Path("runs").exists()


def test_mixed_is_refused_without_its_layers_and_with_others(here: Run) -> None:
    build = ("build", "--model", f"{SENSITIVE}:sensitive", "--size", "32", "--target", "cpu")
    for words, why in [
        (("--quant", "mixed"), "run `edgec tune`"),
        (("--float-layers", LAYER), "add --quant mixed"),
        (("--quant", "mixed", "--float-layers", "conv2d_9"), "did you mean 'conv2d"),
    ]:
        result = here(*build, *words)
        assert result.returncode == 2, result.stdout
        assert why in result.stderr
    assert not Path("artifacts").exists()
