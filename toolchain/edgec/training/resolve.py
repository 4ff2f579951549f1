"""What a recipe leaves open is filled in from the data, so that the recipe of a run says all."""

from edgec import zoo
from edgec.data import Split, open_split
from edgec.errors import UsageError
from edgec.recipe import Recipe, TrainRecipe


def resolved(recipe: Recipe) -> tuple[Recipe, Split]:
    """The recipe with its classes, its section `train` and the zoo network's channels; and its data, opened.

    A network of the zoo gets as many `out_channels` as there are classes (1 for two), and as many
    `in_channels` as the recipe's colour has, or else the first image. Raises UsageError where the recipe
    names no data or another number of classes than the data has, DataError.
    """
    if recipe.data is None:
        raise UsageError("there is nothing to learn from: give --data DATA, or the recipe's data.path")
    split = open_split(recipe.data)
    changed: dict[str, object] = {"train": recipe.train or TrainRecipe()}
    names = split.train.class_names
    if recipe.classes is not None and len(recipe.classes) != len(names):
        raise UsageError(
            f"the recipe names {len(recipe.classes)} classes ({', '.join(recipe.classes)}), the data has "
            f"{len(names)} ({', '.join(names)}): name as many, or none"
        )
    changed["classes"] = recipe.classes or names
    if recipe.model in zoo.MODELS:
        channels = recipe.channels or (1 if _is_grey(recipe, split) else 3)
        outputs = len(names)
        found = {"in_channels": channels, "out_channels": 1 if outputs == 2 else outputs}
        changed["options"] = found | recipe.options
    return recipe.model_copy(update=changed), split


def _is_grey(recipe: Recipe, split: Split) -> bool:
    if recipe.colour is not None:
        return recipe.colour == "grey"
    return split.train[0].image.ndim == 2
