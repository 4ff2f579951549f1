"""How far a student is from its teacher: in its answers, in its features, in where it looks."""

import torch
from torch import Tensor
from torch.nn import functional


def soft_targets(student: Tensor, teacher: Tensor, temperature: float, valid: Tensor) -> Tensor:
    """T^2 times the divergence KL(teacher || student) of the classes' probabilities, meaned over pixels.

    `student` and `teacher`: logits, float32 (N, C, H, W); both are divided by the temperature T before the
    softmax. One channel is the logit of the foreground, whose background has the logit 0: the sigmoid's two
    probabilities. `valid`: bool (N, H, W), the pixels that count; 0 where there is none. The square keeps
    the gradient as large as that of the hard labels: Hinton et al., 2015, https://arxiv.org/abs/1503.02531.
    """
    log_student = functional.log_softmax(_by_class(student) / temperature, dim=1)
    log_teacher = functional.log_softmax(_by_class(teacher) / temperature, dim=1)
    divergence = functional.kl_div(log_student, log_teacher, reduction="none", log_target=True).sum(dim=1)
    return temperature**2 * (divergence * valid).sum() / valid.sum().clamp(min=1)


def hint(student: Tensor, teacher: Tensor) -> Tensor:
    """Half the squared difference of two feature maps, meaned over their elements.

    `student`: adapted, float32 (N, C, h, w), resized bilinearly to the `teacher`'s (N, C, H, W). FitNets,
    Romero et al., 2015, https://arxiv.org/abs/1412.6550; the mean, where they sum, makes it independent of
    the size of the map.
    """
    return functional.mse_loss(_resized(student, teacher), teacher) / 2


def attention(student: Tensor, teacher: Tensor) -> Tensor:
    """The squared distance of two attention maps of unit length, meaned over the images; 0 to 2.

    Both are features, float32 (N, channels, height, width), whatever their channels; the map is the sum of
    their squares over the channels. The student's is resized bilinearly to the teacher's. Zagoruyko and
    Komodakis, 2017, https://arxiv.org/abs/1612.03928.
    """
    looks, shown = student.square().sum(dim=1, keepdim=True), teacher.square().sum(dim=1, keepdim=True)
    looks = functional.normalize(_resized(looks, shown).flatten(1), dim=1)
    return (looks - functional.normalize(shown.flatten(1), dim=1)).square().sum(dim=1).mean()


def _by_class(logits: Tensor) -> Tensor:
    return torch.cat([torch.zeros_like(logits), logits], dim=1) if logits.shape[1] == 1 else logits


def _resized(student: Tensor, teacher: Tensor) -> Tensor:
    if student.shape[-2:] == teacher.shape[-2:]:
        return student
    size = [teacher.shape[-2], teacher.shape[-1]]
    return functional.interpolate(student, size=size, mode="bilinear", align_corners=False)
