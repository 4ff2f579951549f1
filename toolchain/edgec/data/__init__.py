"""Data sets by name or by folder: images, and masks of class indices."""

from edgec.data.dataset import Dataset, Entry, Sample
from edgec.data.images import IGNORE
from edgec.data.material import calibration_images, evaluation_data, with_class_names
from edgec.data.opening import SHIPPED, is_shipped, open_dataset, open_images, open_split
from edgec.data.split import Split
from edgec.data.unlabelled import DatasetImages, GivenImages, Images

__all__ = [
    "IGNORE",
    "SHIPPED",
    "Dataset",
    "DatasetImages",
    "Entry",
    "GivenImages",
    "Images",
    "Sample",
    "Split",
    "calibration_images",
    "evaluation_data",
    "is_shipped",
    "open_dataset",
    "open_images",
    "open_split",
    "with_class_names",
]
