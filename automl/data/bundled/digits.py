"""The 1,797 scanned digits that ship inside scikit-learn."""

from __future__ import annotations

from automl.data.base import RawData, Source, Target
from automl.data.options import ReadOptions
from search_spaces import InputSpec


class DigitsSource(Source):
    """8x8 greyscale digits with values 0 to 16.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten
    Digits, UCI Machine Learning Repository, 1998, https://doi.org/10.24432/C50P49
    (its test part, as scikit-learn carries it).
    """

    name = "digits"
    pattern = "digits"
    about = "8x8 images of 1,797 scanned digits"
    count = 1797
    task = "classification"

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` is ``digits``."""
        return uri == "digits"

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Returns the whole set, x of shape (1797, 8, 8, 1), uint8."""
        import numpy as np
        from sklearn.datasets import load_digits

        from automl.preprocessing.array import ArrayEncoder

        digits = load_digits()
        return RawData(
            x=digits.images.astype(np.uint8)[..., np.newaxis],
            y=digits.target.astype(np.int64),
            input=InputSpec(kind="image", shape=(8, 8, 1), low=0.0, high=16.0),
            target=Target("class", tuple(str(name) for name in digits.target_names)),
            encoder=ArrayEncoder("image", (8, 8, 1)),
            task="classification",
            why="10 digits",
        )
