"""What a recipe's network is calibrated with and judged on."""

from edgec.data.dataset import Dataset
from edgec.data.opening import open_dataset, open_images, open_split
from edgec.data.unlabelled import DatasetImages, Images
from edgec.errors import DataError
from edgec.recipe import Recipe
from edgec.recipe.build import CALIBRATION


def calibration_images(recipe: Recipe) -> Images:
    """Those that it names, else the part of its data that is learned from, else the shipped ones.

    Raises DataError.
    """
    if recipe.calibration is None and recipe.data is not None:
        return DatasetImages(open_split(recipe.data).train)
    return open_images(recipe.calibration or CALIBRATION)


def evaluation_data(recipe: Recipe, classes: int | None = None) -> Dataset | None:
    """What it names, else the part of its data that is judged on, else None.

    `classes`: how many the network tells apart, the background included. Raises DataError where the data have
    others.
    """
    if recipe.evaluation is not None:
        return open_dataset(recipe.evaluation, classes=classes)
    if recipe.data is None:
        return None
    val = open_split(recipe.data).val
    if classes is not None and val.classes != classes:
        raise DataError(
            f"{val.name}: has the {val.classes} classes {', '.join(val.class_names)}, the network tells "
            f"{classes} apart. Name as many in `data.classes`, or build a network that fits."
        )
    return val


def with_class_names(recipe: Recipe) -> Recipe:
    """The recipe, with the names that its data give the classes where it has none. Raises DataError."""
    if recipe.classes is not None or recipe.data is None:
        return recipe
    return recipe.model_copy(update={"classes": open_split(recipe.data).val.class_names})
