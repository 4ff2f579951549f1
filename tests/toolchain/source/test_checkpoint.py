import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from edgec.errors import CheckpointError
from edgec.source.checkpoint import load_weights


def _module() -> nn.Module:
    return nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Conv2d(3, 1, 1))


@pytest.fixture
def weights() -> dict[str, Tensor]:
    torch.manual_seed(5)
    return _module().state_dict()


def _same(module: nn.Module, weights: dict[str, Tensor]) -> bool:
    return all(torch.equal(value, weights[name]) for name, value in module.state_dict().items())


def test_safetensors(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    path, module = tmp_path / "w.safetensors", _module()
    safetensors.torch.save_file(weights, path)
    assert load_weights(module, path) == hashlib.sha256(path.read_bytes()).hexdigest()
    assert _same(module, weights)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda w: w,
        lambda w: {"state_dict": w, "epoch": 3},
        lambda w: {"model": w},
        lambda w: {"model": {"state_dict": w}},
        lambda w: {f"module.{name}": value for name, value in w.items()},
        lambda w: {"state_dict": {f"model.{name}": value for name, value in w.items()}},
        lambda w: {f"module._orig_mod.{name}": value for name, value in w.items()},
    ],
    ids=["flat", "state_dict", "model", "nested", "DataParallel", "Lightning", "compiled"],
)
@pytest.mark.parametrize("suffix", [".pt", ".pth"])
def test_what_training_scripts_save(
    tmp_path: Path, weights: dict[str, Tensor], wrap: Callable, suffix: str
) -> None:
    path, module = tmp_path / f"w{suffix}", _module()
    torch.save(wrap(weights), path)
    load_weights(module, path)
    assert _same(module, weights)


def test_counters_of_batchnorm_may_be_missing(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    path, module = tmp_path / "w.pt", _module()
    del weights["1.num_batches_tracked"]
    torch.save(weights, path)
    load_weights(module, path)
    assert torch.equal(module[0].weight, weights["0.weight"])


def _refused(path: Path, *words: str) -> None:
    module = _module()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    with pytest.raises(CheckpointError) as caught:
        load_weights(module, path)
    assert str(path) in str(caught.value)
    for word in words:
        assert word in str(caught.value)
    assert _same(module, before), "a refused checkpoint changes nothing"


def test_names_and_shapes_that_do_not_fit(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    path = tmp_path / "w.pt"
    weights["2.weight"] = torch.zeros(1, 4, 1, 1)
    weights["head.bias"] = weights.pop("2.bias")
    torch.save(weights, path)
    _refused(path, "1 missing: 2.bias", "1 not in the network: head.bias", "(1, 4, 1, 1)", "(1, 3, 1, 1)")


def test_long_lists_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save({f"layer{i}": torch.zeros(1) for i in range(9)}, path)
    _refused(path, "8 missing", "9 not in the network", "layer3 and 5 more")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(tmp_path: Path, weights: dict[str, Tensor], value: float) -> None:
    path = tmp_path / "w.pt"
    weights["2.weight"][0, 1] = value
    torch.save(weights, path)
    _refused(path, "1 of the 3 values of '2.weight'")


class _Code:
    def __reduce__(self) -> tuple[Callable, tuple[str]]:
        return (print, ("run by the checkpoint",))


def test_a_pickle_of_code_is_never_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.pt"
    path.write_bytes(pickle.dumps(_Code()))
    _refused(path, "runs no code", "torch.save(model.state_dict()")
    torch.save(_Code(), path)
    _refused(path, "runs no code")
    assert "run by the checkpoint" not in capfd.readouterr().out


def test_a_pickled_module_says_how_to_save_its_weights(tmp_path: Path) -> None:
    path = tmp_path / "w.pt"
    torch.save(_module(), path)
    _refused(path, "torch.save(model.state_dict()")


@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_damaged_files(tmp_path: Path, weights: dict[str, Tensor], suffix: str) -> None:
    path = tmp_path / f"w{suffix}"
    save = torch.save if suffix == ".pt" else safetensors.torch.save_file
    save(weights, path)
    whole = path.read_bytes()
    for length in (1, 7, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        _refused(path)
    path.write_bytes(b"")
    _refused(path, "empty")
    path.write_bytes(b"\xff" * 1000)
    _refused(path)
    path.unlink()
    _refused(path, "no checkpoint")
    path.mkdir()
    _refused(path, "cannot read")


def test_other_files_and_contents(tmp_path: Path, weights: dict[str, Tensor]) -> None:
    other = tmp_path / "w.ckpt"
    torch.save(weights, other)
    _refused(other, ".safetensors, .pt or .pth")
    path = tmp_path / "w.pt"
    torch.save([1, 2], path)
    _refused(path, "a list, not tensors by name")
    torch.save({}, path)
    _refused(path)
    torch.save({**weights, "epoch": 3}, path)
    _refused(path, "'epoch' is a int")
    torch.save({**weights, "2.bias": torch.zeros(1).to_sparse()}, path)
    _refused(path, "'2.bias' is sparse")
