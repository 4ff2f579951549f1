import pytest
import torch
from tests.toolchain.learn.distil.networks import drawn, make, teacher
from torch import Tensor, nn

from edgec.errors import UsageError
from edgec.learn.batches import Batch
from edgec.learn.distil.losses import attention, hint, soft_targets
from edgec.learn.distil.matching import match
from edgec.learn.distil.tasks import HintTask, TaughtTask
from edgec.learn.distil.teacher import Teacher
from edgec.learn.task import SegmentationTask
from edgec.recipe import Recipe, TrainRecipe

IMAGE = drawn(2, 1, 32, 32)
MASK = (drawn(2, 32, 32, seed=1) > 0).long()
MASK[0, :5] = 255
BATCH: Batch = {"image": IMAGE, "mask": MASK}
PAIRS = match(make(), teacher(), {}, IMAGE)


def recipe(**task: float) -> Recipe:
    distil = {"teacher": "unet_light", "temperature": 3.0, "task": task}
    return Recipe.model_validate(
        {"model": "unet_light", "size": (32, 32), "train": TrainRecipe(), "distil": distil}
    )


def shown() -> Teacher:
    return Teacher(teacher(), IMAGE, channels=1)


def features(network: nn.Module, name: str) -> Tensor:
    found: list[Tensor] = []
    handle = network.get_submodule(name).register_forward_hook(lambda *a: found.append(a[2]))
    network(IMAGE)
    handle.remove()
    return found[0]


def test_the_loss_of_hints_is_the_mean_over_the_pairs() -> None:
    student, task = make(), HintTask(make(), recipe(), shown(), PAIRS[:2])
    adapted = [task.adapters(features(student, pair.student), pair) for pair in PAIRS[:2]]  # the same weights
    taught = [features(teacher().eval(), pair.teacher) for pair in PAIRS[:2]]
    expected = sum(hint(*both).item() for both in zip(adapted, taught, strict=True)) / 2
    assert task.loss(BATCH).item() == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_the_task_is_the_weighed_sum() -> None:
    task = TaughtTask(make(), recipe(logits=0.5, attention=2.0), shown(), PAIRS)
    hard = SegmentationTask(make(), recipe()).loss(BATCH)
    student, taught = make(), teacher().eval()
    soft = soft_targets(student.logits(IMAGE), taught.logits(IMAGE), 3.0, MASK != 255)
    each = [attention(features(make(), p.student), features(taught, p.teacher)) for p in PAIRS]
    expected = hard.item() + 0.5 * soft.item() + 2.0 * torch.stack(each).mean().item()
    assert task.loss(BATCH).item() == pytest.approx(expected, rel=1e-5)


def test_a_teacher_without_weight_leaves_the_task_alone() -> None:
    task = TaughtTask(make(), recipe(logits=0, attention=0), shown(), ())
    assert task.loss(BATCH).item() == SegmentationTask(make(), recipe()).loss(BATCH).item()


@pytest.mark.parametrize("kind", ["hints", "task"])
def test_gradients_reach_the_student_alone_and_the_teacher_stays_as_it_is(kind: str) -> None:
    shows = shown()
    before = {name: tensor.clone() for name, tensor in shows.network.state_dict().items()}
    task: SegmentationTask
    if kind == "hints":
        task = HintTask(make(), recipe(), shows, PAIRS)
    else:
        task = TaughtTask(make(), recipe(attention=1.0), shows, PAIRS)
    task.train()  # as lightning does at every epoch
    optimizer = torch.optim.SGD(task.trained_parameters(), 0.1)
    task.loss(BATCH).backward()
    optimizer.step()
    assert all(parameter.grad is None for parameter in shows.network.parameters())
    assert not any(module.training for module in shows.network.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in shows.network.state_dict().items())
    block = task.network.get_submodule("encoder.0")
    assert all(p.grad is not None and bool(p.grad.any()) for p in block.parameters() if p.ndim > 1)
    ids = {id(parameter) for parameter in task.trained_parameters()}
    assert ids.isdisjoint(map(id, shows.network.parameters()))


def test_the_teacher_is_in_no_state_of_the_task_and_the_adapters_are_not_the_students() -> None:
    task = HintTask(make(), recipe(), shown(), PAIRS)
    assert {name.split(".")[0] for name in task.state_dict()} == {"network", "adapters"}
    assert task.network.state_dict().keys() == make().state_dict().keys()


def test_nothing_is_left_hanging_on_the_networks() -> None:
    task = TaughtTask(make(), recipe(attention=1.0), shows := shown(), PAIRS)
    task.loss(BATCH)
    for network in (task.network, shows.network):
        assert not any(module._forward_hooks for module in network.modules())


def test_maps_of_two_sizes_are_refused() -> None:
    deep = Teacher(make((4, 4, 4, 4, 4)), drawn(1, 1, 32, 32), channels=1)
    task = TaughtTask(make(), recipe(), deep, ())
    batch: Batch = {"image": drawn(1, 1, 36, 36), "mask": torch.zeros(1, 36, 36, dtype=torch.long)}
    with pytest.raises(
        UsageError, match=r"the teacher makes 32x32 .* the student makes 36x36: choose a train"
    ):
        task.loss(batch)


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (make(inputs=3), "takes images of 3 channels, the student of 1 channel"),
        (make(outputs=4), "output has 4 channels, the student's 1 channel: both must know the same"),
    ],
)
def test_a_teacher_of_other_images_or_classes_is_refused(network: nn.Module, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        Teacher(network, IMAGE, channels=1)


def test_a_teacher_that_gives_probabilities_shows_logits() -> None:
    network = make()
    logits, _ = Teacher(nn.Sequential(network), IMAGE, channels=1).show(IMAGE)
    torch.testing.assert_close(logits, network.eval().logits(IMAGE), rtol=1e-3, atol=1e-3)
