"""Train the weights that edgec ships for `unet_light`.

To reproduce them, with the `train` and `val` folders of the nuclei set (assets/nuclei/README.md names it), on
an x86-64 machine with the torch that setup.cfg pins::

    python benchmarks/train_default.py --data nuclei --out runs/train
    cp runs/train/best.safetensors toolchain/edgec/assets/unet_light.safetensors

The seed, the recipe and the thread count are the defaults. Stop it at any time and give the same command to
go on; best.safetensors holds the best weights so far. The epoch is chosen on `val`.
"""

import argparse
import time
from pathlib import Path

import torch

from edgec.data import open_dataset
from edgec.learn.train import Training, TrainingRecipe
from edgec.zoo.unet_light import unet_light


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds train/ and val/")
    parser.add_argument(
        "--out", type=Path, required=True, help="where the checkpoint and the weights are written"
    )
    parser.add_argument("--epochs", type=int, default=TrainingRecipe.epochs)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True)
    train, val = (list(open_dataset(str(options.data / part))) for part in ("train", "val"))
    training = Training(unet_light, TrainingRecipe(epochs=options.epochs), train)
    start = time.monotonic()
    for epoch in training.run(val, options.out):
        seconds = time.monotonic() - start
        line = f"epoch {epoch.number} of {options.epochs}, {seconds:.0f} s: loss {epoch.loss:.4f}"
        if epoch.scores:
            line += f", val Dice {epoch.scores.dice:.4f}{' (best)' if epoch.best else ''}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
