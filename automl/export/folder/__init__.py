"""What stands beside exported files: labels, preprocessing, samples, model card, manifest."""
