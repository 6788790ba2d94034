"""Networks in PyTorch: backbones by name, the head on top, their summary. No photos and no files of photos here."""
