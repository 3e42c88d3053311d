"""Whether every block of every space computes the same in tf_keras, on which TFMOT works.

    python benchmarks/tfmot_bridge.py [--share 0/4] [--space NAME ...]

Needs the extra ``tfmot``. Each option of each hyperparameter that decides layers
(blocks, activations, normalizations, heads, ...) is in one random model at least.
What differs by more than 1e-5 of the outputs' size, or cannot be mapped, is named.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from machine import write_result

import search_spaces
from automl.compression.tfmot.running import RefusedError, outputs_there
from search_spaces.errors import AutomlError
from search_spaces.testing.cases import Case, cases_by_name, offline_space
from search_spaces.testing.inputs import batch

#: Hyperparameters of the training: they change no layer.
TRAINING = frozenset(
    {
        "optimizer",
        "learning_rate",
        "weight_decay",
        "batch_size",
        "schedule",
        "warmup",
        "clip_norm",
        "label_smoothing",
        "patience",
        "augment",
        "dropout",
        "branch_dropout",
        "input_dropout",
        "layer_dropout",
        "regularize",
    }
)
#: Models that one process builds: it keeps what it has built.
BATCH = 24
BOUND = 1e-5


def main() -> None:
    """Builds models here and there and writes what differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--share", default="0/1", help="k/n: every n-th model from the k-th")
    parser.add_argument("--space", nargs="*", default=[])
    options = parser.parse_args()
    part, parts = (int(each) for each in options.share.split("/"))
    names = options.space or [n for n in search_spaces.SPACES.names() if n != "pretrained"]
    wanted = [each for name in names for each in asked(name)][part::parts]
    worst, failed = 0.0, []
    for at in range(0, len(wanted), BATCH):
        for label, difference in compared(wanted[at : at + BATCH]):
            if isinstance(difference, str) or difference > BOUND:
                failed.append([label, difference])
                print(label, difference, flush=True)
            else:
                worst = max(worst, difference)
        print(f"{min(at + BATCH, len(wanted))} of {len(wanted)}", worst, flush=True)
    record = {"share": options.share, "spaces": names, "models": len(wanted)}
    write_result("tfmot_bridge", record | {"worst": worst, "failed": failed})


def asked(name: str) -> list[tuple[str, Case, str, Any]]:
    """Returns space, problem, hyperparameter and option of every model to build."""
    found: dict[tuple[str, Any], tuple[str, Case, str, Any]] = {}
    for case in cases_by_name(name):
        if case.target not in ("classification", "reconstruction") or "96" in case.kind:
            continue
        for each in offline_space(name, case.signature).hyperparameters().space:
            short = each.name.rpartition("/")[2]
            if short in TRAINING or "augmentation" in each.name:
                continue
            for option in each.values:
                # Blocks of images and of sequences are other layers.
                rank = len(case.signature.input.shape)
                key = (f"{short} {rank}", option)
                found.setdefault(key, (name, case, each.name, option))
    return list(found.values())


def compared(
    wanted: list[tuple[str, Case, str, Any]],
) -> list[tuple[str, float | str]]:
    """Returns how far each model's outputs are apart, or why it was refused."""
    import keras

    labels, models, expected = [], [], []
    for number, (name, case, hyperparameter, option) in enumerate(wanted):
        try:
            space = offline_space(name, case.signature, choices={hyperparameter: [option]})
        except AutomlError:
            continue  # The option alone leaves nothing to choose.
        model = space.construct(space.architecture(space.sample(number)))
        inputs = batch(case.signature, 4)[0]
        labels.append(f"{name}, {case}: {hyperparameter}={option}")
        models.append((model, inputs))
        expected.append(keras.ops.convert_to_numpy(model(inputs)))
    with tempfile.TemporaryDirectory() as folder:
        found = outputs_there(models, Path(folder))
    keras.backend.clear_session()
    results: list[tuple[str, float | str]] = []
    for label, there, here in zip(labels, found, expected, strict=True):
        if isinstance(there, RefusedError):
            results.append((label, str(there)))
        else:
            results.append((label, float(np.abs(there - here).max() / max(1, np.abs(here).max()))))
    return results


if __name__ == "__main__":
    main()
