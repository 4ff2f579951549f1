"""Recipes: what to make, typed and checked, and read from YAML."""

from edgec.recipe.build import Io, Output, Recipe
from edgec.recipe.data import DataRecipe
from edgec.recipe.distil import DistilRecipe
from edgec.recipe.prune import PruneRecipe
from edgec.recipe.train import QatRecipe, TrainRecipe

__all__ = ["DataRecipe", "DistilRecipe", "Io", "Output", "PruneRecipe", "QatRecipe", "Recipe", "TrainRecipe"]
