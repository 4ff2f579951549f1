import cv2
import numpy as np
import torch
from torch import nn

from edgec.anatomy import list_layers
from edgec.report.histograms import ACROSS, DOWN, draw_histograms


def network(count: int) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(*(nn.Sequential(nn.Conv2d(1, 1, 3, padding=1), nn.ReLU()) for _ in range(count)))


def height(png: bytes) -> int:
    return int(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR).shape[0])


def test_more_layers_than_fit_a_picture_get_another() -> None:
    deep = network(ACROSS * DOWN + 1)
    first, second = map(height, draw_histograms(deep, list_layers(deep, (1, 8, 8)), "deep"))
    assert first > 2 * second


def test_a_scale_of_one_weight_a_channel_is_not_drawn() -> None:
    norms = nn.Sequential(nn.BatchNorm2d(1))
    assert draw_histograms(norms, list_layers(norms, (1, 8, 8)), "norms") == []
