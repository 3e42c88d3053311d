"""The small tables that ship inside scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from automl.data.base import RawData, Source
from automl.data.options import ReadOptions

if TYPE_CHECKING:
    import numpy as np


class BundledSource(Source):
    """A table of numbers, known by its name.

    Subclasses name it and say which function of `sklearn.datasets` reads it.
    """

    #: What there is, for `automl datasets`.
    about: ClassVar[str]
    #: Examples in it.
    count: ClassVar[int]
    #: Task that it asks for.
    task: ClassVar[str] = "classification"

    heeds = frozenset({"task"})

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` is the name of the set."""
        return uri == cls.name

    @classmethod
    def reader(cls) -> Callable[..., Any]:
        """Returns the function that reads the set."""
        from sklearn import datasets

        read: Callable[..., Any] = getattr(datasets, f"load_{cls.name}")
        return read

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Returns the whole set: x of count x features, float32, in its own units."""
        from automl.data.arrays.pairs import examples_and_labels

        table = self.reader()()
        x: np.ndarray = table.data.astype("float32")
        return examples_and_labels(
            x,
            table.target,
            options,
            class_names=[str(name) for name in table.target_names],
            columns=[str(name) for name in table.feature_names],
        )


class WineSource(BundledSource):
    """Thirteen measurements of wines from three growers.

    Source: S. Aeberhard and M. Forina, Wine, UCI Machine Learning Repository,
    1992, https://doi.org/10.24432/C5PC7J.
    """

    name = "wine"
    pattern = "wine"
    about = "13 measurements of 178 wines, 3 growers"
    count = 178


class BreastCancerSource(BundledSource):
    """Thirty measurements of cell nuclei; malignant or benign.

    Source: W. Wolberg et al., Breast Cancer Wisconsin (Diagnostic), UCI Machine
    Learning Repository, 1993, https://doi.org/10.24432/C5DW2B.
    """

    name = "breast_cancer"
    pattern = "breast_cancer"
    about = "30 measurements of 569 cell nuclei, malignant or benign"
    count = 569


class IrisSource(BundledSource):
    """Four measurements of flowers of three species.

    Source: R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems,
    Annals of Eugenics, 1936, https://doi.org/10.1111/j.1469-1809.1936.tb02137.x.
    """

    name = "iris"
    pattern = "iris"
    about = "4 measurements of 150 flowers, 3 species"
    count = 150


class DiabetesSource(BundledSource):
    """Ten measurements of patients; how far the disease is after a year.

    Source: B. Efron et al., Least Angle Regression, Annals of Statistics, 2004,
    https://doi.org/10.1214/009053604000000067.
    """

    name = "diabetes"
    pattern = "diabetes"
    about = "10 measurements of 442 patients, progression after a year"
    count = 442
    task = "regression"

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Returns the whole set, in the units it was measured in; y is count x 1."""
        from automl.data.arrays.pairs import examples_and_labels

        table = self.reader()(scaled=False)
        return examples_and_labels(
            table.data.astype("float32"),
            table.target,
            options,
            columns=[str(name) for name in table.feature_names],
            targets=["progression"],
        )
