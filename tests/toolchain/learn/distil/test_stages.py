from tests.toolchain.learn.distil.networks import drawn, make, teacher

from edgec.learn.distil.matching import match
from edgec.learn.distil.stages import Stage, resolve, stages
from edgec.recipe import DistilRecipe, Recipe, TrainRecipe
from edgec.recipe.distil import HintsRecipe, TaskRecipe, TransferRecipe

PAIRS = match(make(), teacher(), {}, drawn(1, 1, 16, 16))
TRAIN = TrainRecipe(epochs=7, lr=0.01, seed=5, patience=2, keep_epoch=6)


def resolved(**phases: object) -> Recipe:
    distil = DistilRecipe.model_validate({"teacher": "unet", **phases})
    return resolve(Recipe(model="unet_light", train=TRAIN, distil=distil))


def planned(**phases: object) -> tuple[Stage, ...]:
    return stages(resolved(**phases), PAIRS)


def train_of(stage: Stage) -> TrainRecipe:
    assert stage.recipe.train is not None
    return stage.recipe.train


def test_the_task_alone_is_trained_as_the_recipe_says() -> None:
    (task,) = planned()
    assert (task.name, task.phase, train_of(task), task.pairs) == ("task", "task", TRAIN, ())


def test_phases_run_in_order_with_their_own_epochs_rates_and_seeds() -> None:
    found = planned(
        task=TaskRecipe(epochs=6, lr=0.2),
        hints=HintsRecipe(epochs=2, lr=0.1),
        transfer=TransferRecipe(epochs=3),
    )
    assert [(s.name, s.phase, train_of(s).epochs, train_of(s).lr, train_of(s).seed) for s in found] == [
        ("transfer", "transfer", 3, 0.01, 6),
        ("hints-encoder", "hints", 2, 0.1, 7),
        ("hints-decoder", "hints", 2, 0.1, 8),
        ("task", "task", 6, 0.2, 5),
    ]


def test_a_resolved_recipe_says_all_and_resolves_to_itself() -> None:
    recipe = resolved(task=TaskRecipe(lr=0.2), hints=HintsRecipe())
    assert recipe.train is not None
    assert recipe.distil is not None
    assert recipe.distil.hints is not None
    assert (recipe.train.lr, recipe.distil.task.lr, recipe.distil.hints.lr) == (0.2, 0.2, 0.01)
    assert recipe.distil.task.epochs == recipe.train.epochs == 7
    assert resolve(recipe) == recipe


def test_hints_keep_what_they_end_with_and_the_task_what_the_recipe_says() -> None:
    hints, task = planned(hints=HintsRecipe(epochs=4, stages="all"))
    assert (train_of(hints).validate_every, train_of(hints).patience, train_of(hints).keep_epoch) == (
        4,
        None,
        None,
    )
    assert (train_of(task).validate_every, train_of(task).patience, train_of(task).keep_epoch) == (1, 2, 6)


def test_a_transfer_that_does_not_train_is_no_stage() -> None:
    assert [stage.name for stage in planned(transfer=TransferRecipe())] == ["task"]


def test_hints_by_side_by_block_and_all() -> None:
    def compared(by: str) -> dict[str, list[str]]:
        return {s.name: [p.student for p in s.pairs] for s in planned(hints={"stages": by})[:-1]}

    encoder, decoder = ["encoder.0", "encoder.1", "bottleneck"], ["decoder.1", "decoder.0"]
    assert compared("all") == {"hints-all": encoder + decoder}
    assert compared("side") == {"hints-encoder": encoder, "hints-decoder": decoder}
    assert compared("block") == {f"hints-{name}": [name] for name in encoder + decoder}


def test_the_task_compares_blocks_only_where_attention_counts() -> None:
    assert planned()[0].pairs == ()
    assert planned(task=TaskRecipe(attention=1))[0].pairs == PAIRS
