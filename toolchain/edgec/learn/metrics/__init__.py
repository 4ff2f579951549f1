"""How well a class mask fits the truth; numpy, OpenCV and scikit-image, no torch.

Of one class in one image, counted in pixels: Dice = 2 TP / (2 TP + FP + FN) (Dice 1945, Sorensen 1948),
IoU = TP / (TP + FP + FN) (Jaccard 1912), precision = TP / (TP + FP), recall = TP / (TP + FN); pixel accuracy
is the share of an image's pixels, background included, whose class is right. `boundary` and `centreline` have
what looks at edges and at thin structures. The definitions are those of Maier-Hein et al., Metrics reloaded,
2024, https://doi.org/10.1038/s41592-023-02151-z.

All but pixel accuracy are taken of each foreground class (all but 0), averaged over the classes, and then
over the images. A class that is absent from both masks counts 1 in each; where only one of the two masks has
it, it counts 0 in each. Pixels whose truth is IGNORE are counted in nothing: what was predicted there makes
no difference. An image with no other pixel cannot be scored.
"""

from edgec.learn.metrics.detail import OVERLAP, Measures, score, score_in_detail
from edgec.learn.metrics.scores import (
    ClassScores,
    DetailedScores,
    Scores,
    mean_in_detail,
    mean_scores,
)

__all__ = [
    "OVERLAP",
    "ClassScores",
    "DetailedScores",
    "Measures",
    "Scores",
    "mean_in_detail",
    "mean_scores",
    "score",
    "score_in_detail",
]
