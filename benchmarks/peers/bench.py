"""One model: its bundle, its peers' files, and the rows of a table."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep

import numpy as np
from interleaved import Times

from edgec.data import Dataset, open_dataset
from edgec.evaluation import Image, score_masks
from edgec.pipeline import build as build_bundle
from edgec.progress import Progress
from edgec.recipe import Recipe
from edgec.recipe.build import CALIBRATION
from edgec.source import load_source
from edgec_runtime.bundle import Bundle
from edgec_runtime.format.manifest import Manifest
from edgec_runtime.image import prepare
from edgec_runtime.machine import has_any
from edgec_runtime.mask import Mask, to_mask
from peers import litert, ncnn, onnxruntime, openvino, ours, torch
from peers.peer import Job, Peer
from peers.process import PeerError
from peers.row import Row
from peers.worker import Worker, build

OTHERS = (*torch.PEERS, *onnxruntime.PEERS, *openvino.PEERS, *ncnn.PEERS, *litert.PEERS)
# The threads of ONNX Runtime and of OpenMP spin for a while after a run, on cores that the next one needs.
REST_S = 0.02


@dataclass
class Bench:
    """What stays the same for every number of threads; `data` is None where the weights are random."""

    job: Job
    manifest: Manifest
    data: Dataset | None
    folders: dict[Peer, Path]
    failed: list[Row]
    dice: dict[Peer, float] = field(default_factory=dict)

    def rows(self, threads: int, rounds: int) -> list[Row]:
        """Every peer, interleaved, and those that failed with the reason."""
        failed = list(self.failed)
        with ExitStack() as stack:
            workers: dict[Peer, Worker] = {}
            for peer, folder in self.folders.items():
                try:
                    worker = stack.enter_context(Worker(peer, folder, threads))
                    self._judge(peer, worker)
                    worker.run(self.job.images[0])
                    workers[peer] = worker
                except PeerError as error:
                    failed.append(_row(peer, reason=str(error)))
            times = interleave(workers, rounds)
        found = [
            replace(_row(peer), dice=self.dice.get(peer), size_bytes=_size(self.folders[peer]), times=values)
            for peer, values in times.items()
        ]
        return sorted(found, key=lambda row: -row.median_ms) + failed

    def _judge(self, peer: Peer, worker: Worker) -> None:
        if self.data is None or peer in self.dice:
            return
        input_spec, output_spec = self.manifest.input, self.manifest.output

        def segment(image: Image) -> Mask:
            size = (image.shape[0], image.shape[1])
            return to_mask(worker.run(prepare(image, input_spec)), output_spec, size)

        self.dice[peer] = score_masks(segment, self.data).dice


def set_up(model: str, bundle: Path | None, data: str, folder: Path, progress: Progress) -> Bench:
    """Build our bundle unless there is one, and every peer, into `folder`."""
    vnni = ("x86-vnni",) if has_any(("avx512_vnni", "avx_vnni")) else ()
    recipe = Recipe(model=model, precisions=("fp32", "fp16", "int8-dynamic", "int8-static"), profiles=vnni)
    failed: list[Row] = []
    if bundle is None:
        built = build_bundle(recipe, folder, slower="unmeasured", progress=progress)
        bundle = built.bundle
        for result in built.variants:
            name = f"edgec {result.target.name} {result.precision}"
            if result.built is None:
                failed.append(Row(name, result.target.engine, result.precision, True, reason=result.reason))
    with Bundle.open(bundle) as opened:
        manifest = opened.manifest
    images = tuple(prepare(sample.image, manifest.input) for sample in open_dataset(CALIBRATION))
    job = Job(model, images, folder)
    folders: dict[Peer, Path] = {}
    for number, peer in enumerate((*OTHERS, *ours.variants(bundle, manifest))):
        with progress.step(f"build {peer.name}"):
            try:
                build(peer, job, folder / str(number))
                folders[peer] = folder / str(number)
            except PeerError as error:
                failed.append(_row(peer, reason=str(error)))
    judged = open_dataset(data, classes=len(manifest.output.classes)) if load_source(model).trained else None
    return Bench(job, manifest, judged, folders, failed)


def interleave(workers: dict[Peer, Worker], rounds: int) -> dict[Peer, Times]:
    """Milliseconds of each in each round; a round gives every one a turn, in random order."""
    order, peers = np.random.default_rng(0), list(workers)
    times: dict[Peer, list[float]] = {peer: [] for peer in peers}
    for _ in range(rounds):
        for place in order.permutation(len(peers)):
            sleep(REST_S)
            times[peers[place]].append(workers[peers[place]].turn())
    return {peer: np.array(values) for peer, values in times.items()}


def _row(peer: Peer, reason: str | None = None) -> Row:
    return Row(peer.name, peer.engine, peer.precision, peer.ours, reason=reason)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
