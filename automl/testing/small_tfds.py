"""A small set of the `tensorflow_datasets` catalogue, defined here and written to disk by it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

#: Split -> number of its examples.
COUNTS = {"train": 48, "validation": 12, "test": 18}
CLASSES = ("ant", "bee", "cat")

with tfds.core.registered.skip_registration():

    class SmallPictures(tfds.core.GeneratorBasedBuilder):
        """8x8 grey pictures of three classes, with numbers, words and labels beside them."""

        VERSION = tfds.core.Version("1.0.0")

        def _info(self) -> Any:
            return tfds.core.DatasetInfo(
                builder=self,
                features=tfds.features.FeaturesDict(
                    {
                        "image": tfds.features.Image(shape=(8, 8, 1)),
                        "label": tfds.features.ClassLabel(names=list(CLASSES)),
                        "weight": np.float32,
                        "marks": tfds.features.Sequence(tfds.features.ClassLabel(num_classes=4)),
                        "name": tfds.features.Text(),
                    }
                ),
                supervised_keys=("image", "label"),
            )

        def _split_generators(self, dl_manager: Any) -> Any:
            return {
                split: self._generate_examples(count, seed)
                for seed, (split, count) in enumerate(COUNTS.items())
            }

        def _generate_examples(self, count: int, seed: int) -> Iterator[Any]:
            random = np.random.default_rng(seed)
            for number in range(count):
                label = number % len(CLASSES)
                image = random.integers(0, 80, (8, 8, 1)) + 80 * label
                yield (
                    number,
                    {
                        "image": image.astype(np.uint8),
                        "label": label,
                        "weight": number / 7,
                        "marks": [label, 3] if number % 2 else [label],
                        "name": f"{CLASSES[label]} number {number}",
                    },
                )


def write_small_tfds(folder: Path) -> str:
    """Writes the set below a folder, and returns what names it.

    Args:
        folder: What `ReadOptions.data_dir` will be.
    """
    tfds.disable_progress_bar()
    with redirect_stdout(sys.stderr):
        SmallPictures(data_dir=str(folder)).download_and_prepare()
    return "tfds:small_pictures"
