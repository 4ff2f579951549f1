from tests.toolchain.learn.distil.networks import drawn, make, run, teacher

from edgec.learn.distil.matching import match
from edgec.learn.distil.stages import Stage, stages
from edgec.recipe import DistilRecipe, TrainRecipe
from edgec.recipe.distil import HintsRecipe, TaskRecipe, TransferRecipe

PAIRS = match(make(), teacher(), {}, run, drawn(1, 1, 16, 16))
TRAIN = TrainRecipe(epochs=7, lr=0.01, seed=5)


def planned(**phases: object) -> list[Stage]:
    return list(stages(DistilRecipe(teacher="unet", **phases), TRAIN, PAIRS))  # type: ignore[arg-type]


def test_the_task_alone() -> None:
    assert planned() == [Stage("task", "task", TRAIN)]


def test_phases_run_in_order_with_their_own_epochs_rates_and_seeds() -> None:
    found = planned(
        task=TaskRecipe(epochs=4, lr=0.2),
        hints=HintsRecipe(epochs=2, lr=0.1),
        transfer=TransferRecipe(epochs=3),
    )
    assert [(s.name, s.phase, s.train.epochs, s.train.lr, s.train.seed) for s in found] == [
        ("transfer", "transfer", 3, 0.01, 5),
        ("hints-encoder", "hints", 2, 0.1, 6),
        ("hints-decoder", "hints", 2, 0.1, 7),
        ("task", "task", 4, 0.2, 8),
    ]


def test_a_transfer_that_does_not_train_is_no_stage() -> None:
    assert [stage.name for stage in planned(transfer=TransferRecipe())] == ["task"]


def test_hints_by_side_by_block_and_all() -> None:
    def compared(by: str) -> dict[str, list[str]]:
        found = planned(hints=HintsRecipe(stages=by))  # type: ignore[arg-type]
        return {stage.name: [pair.student for pair in stage.pairs] for stage in found[:-1]}

    encoder, decoder = ["encoder.0", "encoder.1", "bottleneck"], ["decoder.1", "decoder.0"]
    assert compared("all") == {"hints-all": encoder + decoder}
    assert compared("side") == {"hints-encoder": encoder, "hints-decoder": decoder}
    assert compared("block") == {f"hints-{name}": [name] for name in encoder + decoder}


def test_the_task_compares_blocks_only_where_attention_counts() -> None:
    assert planned()[0].pairs == ()
    assert planned(task=TaskRecipe(attention=1))[0].pairs == PAIRS
