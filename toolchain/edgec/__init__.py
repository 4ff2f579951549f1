"""Take segmentation networks from PyTorch to small devices."""
