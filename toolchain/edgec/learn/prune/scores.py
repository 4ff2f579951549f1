"""score(): what each channel of each group is worth, by a method."""

from collections.abc import Callable, Iterable, Sequence

from torch import Tensor, nn

from edgec.learn.batches import Batch
from edgec.learn.prune.filters import at_random, by_batchnorm, by_norm
from edgec.learn.prune.groups import Group
from edgec.learn.prune.redundancy import by_redundancy
from edgec.learn.prune.taylor import by_taylor
from edgec.recipe.prune import PruneRecipe


def score(
    network: nn.Module,
    groups: Sequence[Group],
    recipe: PruneRecipe,
    batches: Callable[[], Iterable[Batch]],
    loss: Callable[[Batch], Tensor],
    seed: int,
) -> list[Tensor]:
    """Of each group, float64 (width,): the channel with the least score goes first.

    `batches` gives the samples and `loss` the task's loss where the method asks for them. Raises UsageError.
    """
    match recipe.method:
        case "l1":
            return by_norm(network, groups, 1)
        case "l2":
            return by_norm(network, groups, 2)
        case "batchnorm":
            return by_batchnorm(network, groups)
        case "taylor":
            return by_taylor(network, groups, batches(), loss)
        case "pearson" | "cosine":
            return by_redundancy(network, groups, batches(), recipe.method, recipe.threshold)
        case "random":
            return at_random(groups, seed)
