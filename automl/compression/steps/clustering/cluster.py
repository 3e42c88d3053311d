"""Lets the weights of a kernel share a few values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.compression.steps.base import Claim, ModelStep, StepContext
from automl.compression.steps.engines import check_engine, done_by_tfmot
from automl.compression.steps.epochs import check_training, epochs_of
from automl.compression.steps.kernels import (
    SMALL,
    Kernel,
    check_least,
    kernels_to_treat,
    large_kernels,
)
from automl.errors import CompressionError, UserInputError

if TYPE_CHECKING:
    import keras

#: Part of a trial's epochs that clustering trains on for, by default.
SHARE = 0.25


@dataclass(frozen=True)
class Cluster(ModelStep):
    """Weight clustering (Han et al., 2016, https://arxiv.org/abs/1510.00149).

    Raw files stay as large as they were; compressed ones shrink.

    Attributes:
        clusters: Most distinct values of a kernel, zero included, from 2 to 256.
        keep_zeros: Whether what is zero stays so, as pruning left it.
        epochs: Epochs of fine-tuning of the shared values; 0 for a quarter of the trial's.
        rate: Factor on the trial's learning rate.
        least: Kernels of fewer weights are left alone, as depthwise ones are.
        engine: ``"native"``, or ``"tfmot"`` where it is installed and takes every layer.
    """

    name: ClassVar[str] = "cluster"

    clusters: int = 16
    keep_zeros: bool = True
    epochs: int = 0
    rate: float = 0.1
    least: int = SMALL
    engine: str = "native"

    def __post_init__(self) -> None:
        check_engine("cluster", self.engine)
        if not 2 <= self.clusters <= 256:
            raise UserInputError(
                f"cluster: clusters lies from 2 to 256. Received: clusters={self.clusters}."
            )
        check_least("cluster", self.least)
        check_training("cluster", self.epochs, self.rate)

    @property
    def summary(self) -> str:
        """What it does, in a few words."""
        return f"cluster {self.clusters}"

    def apply(self, model: keras.Model, context: StepContext) -> keras.Model:
        """Clusters, and trains the shared values on.

        Raises:
            CompressionError: If no kernel is large enough, or there are too many values.
        """
        chosen, left = kernels_to_treat("cluster", model, self.least)
        epochs = epochs_of(self.epochs, context.epochs, SHARE)
        there = done_by_tfmot(
            self.engine,
            "cluster",
            model,
            context,
            options={"clusters": self.clusters, "keep_zeros": self.keep_zeros},
            epochs=epochs,
            rate=self.rate,
            least=self.least,
        )
        if there and any(claim.value > self.clusters for claim in self.claims(model)):
            context.facts["engine"] = "native after tfmot, which left some kernels as they were"
            there = False
        if not there:
            self._cluster(model, chosen, epochs, context)
        claims = self.claims(model)
        for claim in claims:
            if claim.value > self.clusters:
                raise CompressionError(
                    f"cluster: {claim.layer} has {claim.value:.0f} distinct values, more than"
                    f" the {self.clusters} asked for."
                )
        context.facts["clustered"] = {claim.layer: int(claim.value) for claim in claims}
        context.facts["left alone"] = left
        return model

    def _cluster(
        self, model: keras.Model, chosen: list[Kernel], epochs: int, context: StepContext
    ) -> None:
        import keras

        from automl.compression.steps.clustering.centroids import assign_clusters
        from automl.compression.steps.constraints import Clustered, held

        constraints: list[tuple[Any, Any]] = []
        for kernel in chosen:
            values = keras.ops.convert_to_numpy(kernel.variable)
            assigned, zero = assign_clusters(
                values, self.clusters, keep_zeros=self.keep_zeros, seed=context.seed
            )
            constraints.append((kernel, Clustered(assigned, zero)))
        with held(constraints):
            context.fit(model, epochs, rate=self.rate)

    def claims(self, model: keras.Model) -> list[Claim]:
        """Returns the most distinct values of an output channel, of each kernel."""
        import keras

        from automl.compression.steps.clustering.centroids import count_clusters

        return [
            Claim(
                str(kernel.layer.name),
                "clusters",
                kernel.shape,
                count_clusters(keras.ops.convert_to_numpy(kernel.variable)),
            )
            for kernel in large_kernels(model, self.least)[0]
        ]
