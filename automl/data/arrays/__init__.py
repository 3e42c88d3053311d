"""Arrays that a file or a program holds: what examples and labels in them are."""

from automl.data.arrays.pairs import examples_and_labels

__all__ = ["examples_and_labels"]
