"""How far averaging gets on nuclei: what of a Dice is left to win, and what the outlines do not decide.

    python benchmarks/ceiling.py [CHECKPOINT ...] [--data nuclei]

Each network alone (the shipped `unet_light` first), then its probabilities averaged over the eight turns and
flips of each image, and then all networks averaged, without and with those. Averaging removes what a training
happened to learn; where even that gains little, more of the same training will not.
"""

from collections.abc import Sequence
from pathlib import Path

import click
import torch
from torch import Tensor, nn

from edgec.data import open_dataset
from edgec.evaluation.judge import score_masks
from edgec.learn.predict import segmenter
from edgec.recipe import Recipe
from edgec.report.tables import console_table, number
from edgec.source import load_source
from edgec.source.described import described

SHIPPED = "unet_light"


class Average(nn.Module):
    """Probabilities (N, 1, H, W) of several networks, of the image and, if `turned`, its seven others."""

    def __init__(self, networks: Sequence[nn.Module], turned: bool) -> None:
        super().__init__()
        self.networks = nn.ModuleList(networks)
        self.turned = turned

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, 1, H, W); networks that give logits are no case of this benchmark."""
        found = [self._one(network, image) for network in self.networks]
        return torch.stack(found).mean(0)

    def _one(self, network: nn.Module, image: Tensor) -> Tensor:
        views = [(turn, flip) for turn in range(4) for flip in (False, True)] if self.turned else [(0, False)]
        found = [_back(network(_moved(image, *view)), *view) for view in views]
        return torch.stack(found).mean(0)


def _moved(image: Tensor, turn: int, flip: bool) -> Tensor:
    turned = torch.rot90(image, turn, (2, 3))
    return turned.flip(3) if flip else turned


def _back(found: Tensor, turn: int, flip: bool) -> Tensor:
    return torch.rot90(found.flip(3) if flip else found, -turn, (2, 3))


@click.command()
@click.argument("checkpoints", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--data", default="nuclei", show_default=True)
def main(checkpoints: tuple[Path, ...], data: str) -> None:
    # "none": what is averaged are probabilities, which the graph of a mean does not tell.
    recipes = [Recipe(model=SHIPPED, activation="none"), *(Recipe(**described(path)) for path in checkpoints)]
    networks: dict[str, nn.Module] = {}
    for recipe in recipes:
        source = load_source(recipe.model, recipe.checkpoint, recipe.channels, recipe.options)
        assert source.module is not None
        networks[str(recipe.checkpoint or f"{recipe.model}, shipped")] = source.module
    dataset = open_dataset(data)

    def dice(members: Sequence[nn.Module], turned: bool) -> str:
        segment = segmenter(Average(members, turned).eval(), recipes[0], channels=1)
        return number(score_masks(segment, dataset).dice, 4)

    groups = {name: [network] for name, network in networks.items()} | {"all": list(networks.values())}
    rows = [[name, dice(members, False), dice(members, True)] for name, members in groups.items()]
    console_table([f"Dice on {data}", "as they are", "averaged over 8 views"], rows)


if __name__ == "__main__":
    main()
