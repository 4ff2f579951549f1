"""PyTorch itself."""

from functools import partial
from pathlib import Path

from edgec_runtime.engine import Array
from peers.peer import Job, Peer, Run

FILE = "model.pt"


def build(job: Job, folder: Path) -> None:
    """The whole module as torch.save writes it."""
    import torch

    torch.save(job.module(), folder / FILE)


def load(compiled: bool, folder: Path, threads: int) -> Run:
    """Operator by operator, or `compiled` by Inductor at the first run."""
    import torch

    torch.set_num_threads(threads)
    module = torch.load(folder / FILE, weights_only=False)
    if compiled:
        module = torch.compile(module)

    def run(image: Array) -> Array:
        with torch.inference_mode():
            result: Array = module(torch.from_numpy(image)).numpy()
        return result

    return run


PEERS = (
    Peer("PyTorch, eager", "torch", "fp32", build, partial(load, False)),
    Peer("torch.compile", "torch", "fp32", build, partial(load, True)),
)
