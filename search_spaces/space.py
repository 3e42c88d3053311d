"""The interface of a search space: decide, then do."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from search_spaces.decisions import Decisions
from search_spaces.naming import name_operations
from search_spaces.regularization import Regularization, regularize_weights
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit


class SearchSpace(Decisions):
    """Models that can be built for one signature; a `keras_tuner.HyperModel`.

    A subclass writes `accepts`, `decide`, `assemble` and, if it can, `guesses`,
    `limits` and `plan_class`. `decide` declares hyperparameters and returns a
    frozen record, `assemble` makes layers of the record; neither does the
    other's work, so that counting, deduplication, mutation and `--dry-run` need
    no model.

    Args:
        signature: Input and target.
        choices: Options left for named hyperparameters, such as
            ``{"block": ["separable"], "kernel": [3]}``. A name is a
            hyperparameter's full name or its last part.
        targets: What the files will be, of `search_spaces.limits.TARGETS`:
            options that cannot ship there are left out, see `left_out`.
        plan: Fields of the space's plan to use instead of what it makes of the
            signature, such as ``{"max_stages": 2}``.

    Raises:
        UnsuitableSpaceError: If the space does not accept the signature, or
            nothing it can build ships to a target.
        UserInputError: If `choices`, `targets` or `plan` has an unknown name or option.
    """

    @abstractmethod
    def assemble(self, architecture: Any) -> Any:
        """Returns the uncompiled functional `keras.Model` of an architecture.

        It takes raw values of shape (batch, *input.shape) and ends as
        `search_spaces.layers.ends.finish` or ``undo`` ends. Layer names depend on
        the architecture alone.
        """

    @property
    def pausable(self) -> bool:
        """Whether `fit` can be paused and gone on with: it takes `initial_epoch` and `until`."""
        return True

    # What every space can do.

    def build(self, hp: Any) -> Any:
        """Returns the compiled model of a configuration."""
        return self.compile(self.choose(hp))

    def build_from(self, values: Mapping[str, Any]) -> Any:
        """Returns the compiled model of a dictionary of values; missing ones take defaults.

        Raises:
            UserInputError: If a name or an active value is not in the space.
        """
        return self.compile(self.architecture(values))

    def construct(self, architecture: Any) -> Any:
        """Returns the uncompiled model of an architecture, named and regularized."""
        model = self.assemble(architecture)
        name_operations(model)
        rules = getattr(architecture, "regularization", None)
        if isinstance(rules, Regularization):
            regularize_weights(model, rules)
        return model

    def compile(self, architecture: Any) -> Any:
        """Returns the model of an architecture, compiled by its recipe."""
        model = self.construct(architecture)
        compile_model(model, architecture.recipe, self.signature)
        return model

    def fit(self, hp: Any, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Trains by all that the configuration's recipe says.

        Args:
            hp: The configuration.
            model: What `build` made of it.
            args: As of `search_spaces.training.fitting.fit`: inputs, targets.
            kwargs: As of the same: whatever `keras.Model.fit` takes, and more.

        Returns:
            The `keras.callbacks.History`.
        """
        return fit(model, self.choose(hp).recipe, self.signature, *args, **kwargs)

    def prepare(self) -> None:
        """Fetches what building needs from elsewhere, before a search; most need nothing.

        Raises:
            AutomlError: If it cannot be had.
        """
