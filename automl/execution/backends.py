"""What a process needs of its Keras backend: the import, its settings, a seed."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from automl.errors import MissingPartError

TENSORFLOW, JAX = "tensorflow", "jax"
#: What JAX has compiled, inside the user's cache: a trial that goes on from a rung, or is
#: trained again from another seed, need not compile the same again. A run's folder is no
#: place for it: it may come from somebody else, and this is code.
COMPILED = "compiled"
#: Bytes that it may grow to; what was used longest ago goes first.
MAX_COMPILED = 500_000_000


def check_installed(backend: str) -> None:
    """Checks that a backend can be imported, without doing so.

    Raises:
        MissingPartError: If it is not installed.
    """
    if backend == JAX and find_spec("jax") is None:
        raise MissingPartError(
            "--backend jax needs JAX, which is not installed. Install it with: pip install"
            " 'automl[jax]' (for a GPU or TPU also jax[cuda13] or jax[tpu])."
        )


class WithoutTensorFlow(PathFinder):
    """Finds what is installed, but for TensorFlow."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Returns where a module is; None for TensorFlow."""
        if fullname == TENSORFLOW:
            return None
        return super().find_spec(fullname, path, target)


def hide_tensorflow() -> None:
    """Lets TensorFlow seem not installed in this process.

    Keras imports it wherever it can, on any backend: for its seed, when a model is saved.
    That takes seconds and memory, and reaches for the accelerator.
    """
    sys.meta_path[:] = [WithoutTensorFlow if each is PathFinder else each for each in sys.meta_path]


def compiled_folder() -> Path:
    """Returns where JAX keeps what it has compiled."""
    from automl.verify.npm import cache_root

    return cache_root() / COMPILED


def start_backend(compiled: Path | None = None) -> None:
    """Imports Keras and the backend that ``KERAS_BACKEND`` names, and settles how it computes.

    Args:
        compiled: Where JAX keeps what it has compiled; None for nowhere.
    """
    name = os.environ.get("KERAS_BACKEND", TENSORFLOW)
    if name != TENSORFLOW:
        hide_tensorflow()
    if name == JAX and compiled is not None:
        _keep_compiled(compiled)
    import keras  # noqa: F401

    if name == TENSORFLOW:
        import tensorflow as tf

        from automl.hardware.starting import settle_devices

        tf.get_logger().setLevel("ERROR")
        settle_devices()
        # Sums whose order depends on the load would make a resumed search drift.
        tf.config.experimental.enable_op_determinism()


def seed_everything(seed: int) -> None:
    """Seeds Python, NumPy and Keras, as `keras.utils.set_random_seed` does.

    That function imports TensorFlow wherever it is installed.

    Args:
        seed: From 0 to 2^32 - 1.
    """
    import keras

    if keras.backend.backend() == TENSORFLOW:
        keras.utils.set_random_seed(seed)
        return
    import numpy as np

    # Keras draws the seeds of layers from Python's generator.
    keras.backend.clear_session()
    random.seed(seed)
    np.random.seed(seed)


def _keep_compiled(folder: Path) -> None:
    import jax

    update: Any = jax.config.update
    # Settings that another version does not know only make it slower.
    settings: dict[str, Any] = {
        "jax_compilation_cache_dir": str(folder),
        "jax_persistent_cache_min_compile_time_secs": 0.1,
        "jax_persistent_cache_min_entry_size_bytes": 0,
    }
    if find_spec("filelock"):  # JAX needs it to forget what is old.
        settings["jax_compilation_cache_max_size"] = MAX_COMPILED
    for setting, value in settings.items():
        with suppress(AttributeError, ValueError):
            update(setting, value)
