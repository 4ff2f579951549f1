import pytest
from tests.tiny import TINY

from edgec.errors import UsageError
from edgec.export import export
from edgec.graph import Graph
from edgec.recipe import Recipe
from edgec.source import load_source
from edgec.spec import graph_input, graph_output, voc_colour


def graph(factory: str) -> Graph:
    return export(load_source(f"{TINY}:{factory}"), (32, 32)).graph


def test_a_grey_network_with_one_logit_gets_a_sigmoid_and_a_threshold() -> None:
    recipe = Recipe(model="tiny", size=(32, 32))
    spec = graph_output(graph("binary"), recipe)
    assert (spec.activation, spec.decision, spec.threshold) == ("sigmoid", "threshold", 0.5)
    assert [entry.name for entry in spec.classes] == ["background", "foreground"]
    assert graph_input(graph("binary"), recipe, 1).colour == "grey"


def test_a_colour_network_with_several_logits_gets_a_softmax_and_an_argmax() -> None:
    recipe = Recipe(model="tiny", size=(32, 32), mean=(0.5,), std=(0.1, 0.2, 0.3))
    spec = graph_output(graph("three_classes"), recipe)
    assert (spec.activation, spec.decision, spec.threshold) == ("softmax", "argmax", None)
    assert len(spec.classes) == 3
    image = graph_input(graph("three_classes"), recipe, 1)
    assert (image.colour, image.mean, image.std) == ("rgb", (0.5, 0.5, 0.5), (0.1, 0.2, 0.3))


def test_the_zoo_holds_its_own_sigmoid() -> None:
    found = export(load_source("unet_light"), (32, 32)).graph
    assert graph_output(found, Recipe(model="unet_light")).activation == "none"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"colour": "rgb"}, "1 channels"),
        ({"mean": (0.1, 0.2)}, "mean has 2 values"),
        ({"std": (1.0, 1.0, 1.0)}, "std has 3 values"),
    ],
)
def test_input_options_that_do_not_fit_the_network(wrong: dict[str, object], message: str) -> None:
    recipe = Recipe.model_validate({"model": "tiny", **wrong})
    with pytest.raises(UsageError, match=message):
        graph_input(graph("binary"), recipe, 1)


def test_classes_that_do_not_fit_the_network() -> None:
    with pytest.raises(UsageError, match="the network has 2"):
        graph_output(graph("binary"), Recipe(model="tiny", classes=("a", "b", "c")))


def test_the_palette_is_pascal_voc() -> None:
    assert [voc_colour(i) for i in (0, 1, 2, 3, 15)] == [
        (0, 0, 0),
        (128, 0, 0),
        (0, 128, 0),
        (128, 128, 0),
        (192, 128, 128),
    ]
