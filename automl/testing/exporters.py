"""What every exporter must keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from automl.compression.recipe import Recipe
from automl.errors import ConversionError
from automl.export.base import Exporter
from automl.measure.size import hashes
from automl.registry import RECIPES, RUNTIMES
from automl.tasks.classification import Classification
from automl.testing.models import small_data, small_model, small_summary
from automl.types import VerificationStatus
from automl.verify.compare import compare


def _igamma(tensor: Any) -> Any:
    import tensorflow as tf

    return tf.math.igamma(1.0 + tensor, tensor)


class ExporterContract:
    """Subclass it and override the `exporter` fixture.

    Every test that exports runs for each registered recipe that the format can
    hold. Override `refused` to return a model that the format cannot hold, or
    None if there is none.
    """

    @pytest.fixture
    def exporter(self) -> Exporter:
        raise NotImplementedError("Override the `exporter` fixture to return an instance.")

    @pytest.fixture
    def refused(self, exporter: Exporter) -> keras.Model | None:
        if exporter.holds_every_operator:
            return None
        inputs = keras.Input((8, 8, 1), name="x")
        tensor = keras.layers.Lambda(_igamma, output_shape=(8, 8, 1), name="igamma")(inputs)
        return keras.Model(inputs, keras.layers.Flatten()(tensor))

    @pytest.fixture
    def recipes(self, exporter: Exporter) -> list[Recipe]:
        recipes = [RECIPES.get(name) for name in RECIPES.names()]
        # Steps that change the model are done before an exporter sees it.
        return [each for each in recipes if exporter.holds(each) and not each.model_steps]

    @pytest.fixture
    def written(
        self, exporter: Exporter, recipes: list[Recipe], tmp_path: Path
    ) -> list[tuple[Recipe, Path]]:
        """Returns what was written for each recipe, into a folder of its own."""
        return [
            (recipe, self.write(exporter, recipe, tmp_path / "out" / recipe.name))
            for recipe in recipes
        ]

    def write(self, exporter: Exporter, recipe: Recipe, folder: Path) -> Path:
        """Exports the small model into a new folder."""
        folder.mkdir(parents=True)
        return exporter.export(small_model(), recipe, folder, small_data(32)[0])

    def runtimes(self, exporter: Exporter) -> list[str]:
        """Returns the registered runtimes that run the exporter's files."""
        return [name for name in RUNTIMES.names() if exporter.name in RUNTIMES.get(name).formats]

    def test_says_what_it_is(self, exporter: Exporter) -> None:
        assert exporter.name
        assert exporter.types
        assert self.runtimes(exporter), "a format that nothing can run cannot be verified"

    def test_holds_some_registered_recipe(self, recipes: list[Recipe]) -> None:
        assert recipes

    def test_writes_into_its_folder_and_nowhere_else(
        self,
        exporter: Exporter,
        recipes: list[Recipe],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        folder = tmp_path / "out"
        path = self.write(exporter, recipes[0], folder)
        assert path.is_file()
        assert path.parent == folder, "the folder of the file is what is moved into place"
        outside = [file for file in tmp_path.rglob("*") if not file.is_relative_to(folder)]
        assert outside == [tmp_path / "here"]

    def test_leaves_the_model_as_it_was(
        self, exporter: Exporter, recipes: list[Recipe], tmp_path: Path
    ) -> None:
        model, images = small_model(), small_data(8)[0]
        before = model.predict_on_batch(images)
        exporter.export(model, recipes[0], tmp_path, images)
        np.testing.assert_array_equal(model.predict_on_batch(images), before)

    def test_the_same_model_gives_the_same_bytes(
        self, exporter: Exporter, written: list[tuple[Recipe, Path]], tmp_path: Path
    ) -> None:
        for recipe, path in written:
            folder = tmp_path / "again" / recipe.name
            self.write(exporter, recipe, folder)
            assert hashes(folder) == hashes(tmp_path / "out" / recipe.name), path

    def test_every_recipe_verifies_on_the_first_runtime(
        self, exporter: Exporter, written: list[tuple[Recipe, Path]]
    ) -> None:
        runtime = RUNTIMES.get(self.runtimes(exporter)[0])()
        if reason := runtime.missing():
            pytest.skip(reason)
        images, labels = small_data(64, seed=3)
        reference = small_model().predict(images, verbose=0)
        assert (reference.argmax(axis=1) == labels).mean() > 0.95
        for recipe, path in written:
            result = runtime.run(path, images)
            verification = compare(
                runtime.name, result, reference, labels,
                task=Classification(), data=small_summary(), tolerance=recipe.tolerance,
            )  # fmt: skip
            assert verification.status is VerificationStatus.PASSED, (recipe.name, verification)

    def test_what_it_cannot_hold_is_refused_in_one_error(
        self,
        exporter: Exporter,
        recipes: list[Recipe],
        refused: keras.Model | None,
        tmp_path: Path,
    ) -> None:
        if refused is None:
            pytest.skip("the format holds everything")
        with pytest.raises(ConversionError) as caught:
            exporter.export(refused, recipes[0], tmp_path, small_data(8)[0])
        assert "\n" not in str(caught.value)
