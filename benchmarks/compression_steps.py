"""What the compression steps cost and bring, on the MNIST subset, judged on the files.

    python benchmarks/compression_steps.py --data FOLDER [--keep FOLDER] [--only NAME ...]

FOLDER holds ``mnist_png_subset.tar.gz``, class folders of 28x28 PNG under train
and test. The largest first guess of the space `cnn` (residual blocks, 110,810
parameters) is trained once and kept in ``--keep``; every chain of steps begins at
it. A tenth of the training part validates; all figures are of the test part, by
LiteRT on one thread. Latencies of files are taken in turns, a median of medians,
because the machine is shared.

Distillation is measured on the digits of scikit-learn (900 to train on, 300 to
validate, 597 to test): a network of a tenth of the parameters, alone and taught by
one of the space's first guesses, both trained for as long; seeds 0 to 2.
"""

from __future__ import annotations

import argparse
import io
import json
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from machine import RESULTS, write_result

from automl.compression.recipe import Recipe
from automl.compression.recipes import FLOAT32, INT8
from automl.compression.steps.base import ModelStep, StepContext
from automl.compression.steps.channels.remove_channels import RemoveChannels
from automl.compression.steps.clustering.cluster import Cluster
from automl.compression.steps.distillation.distil import Distil
from automl.compression.steps.factoring.low_rank import LowRank
from automl.compression.steps.pruning.prune import Prune
from automl.compression.steps.rounding.quantization_aware import QuantizationAware

#: Which of the space's first guesses.
GUESS = 3
#: The same, of the digits' teacher.
TEACHER = 2
#: Epochs of the first training.
EPOCHS = 7
#: Epochs of the digits' teacher and of its students.
TEACHER_EPOCHS, STUDENT_EPOCHS = 30, 40
SEEDS = (0, 1, 2)
NAME = "compression_steps"

#: Name -> steps before the file is written, and how it is stored.
CHAINS: dict[str, tuple[tuple[ModelStep, ...], Recipe]] = {
    "float32": ((), FLOAT32),
    "int8": ((), INT8),
    "channels50": ((RemoveChannels(flops=0.5),), FLOAT32),
    "channels50_int8": ((RemoveChannels(flops=0.5),), INT8),
    "prune80_int8": ((Prune(sparsity=0.8),), INT8),
    "qat_int8": ((QuantizationAware(),), INT8),
    "cluster16_int8": ((Cluster(clusters=16),), INT8),
    "two_four_int8": ((Prune(schedule="two_four"),), INT8),
    "pqat_int8": ((Prune(sparsity=0.8), QuantizationAware()), INT8),
    "pcqat_int8": ((Prune(sparsity=0.8), Cluster(clusters=16), QuantizationAware()), INT8),
    "low_rank_int8": ((LowRank(),), INT8),
}


def main() -> None:
    """Parses, measures what is asked for, and writes what is known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()) / NAME)
    parser.add_argument("--only", nargs="*", choices=[*CHAINS, "latency", "distillation"])
    options = parser.parse_args()
    options.keep.mkdir(parents=True, exist_ok=True)
    record = known()
    wanted = options.only or [*CHAINS, "latency", "distillation"]
    bench = Bench(options.data, options.keep) if set(wanted) != {"distillation"} else None
    for name in wanted:
        if bench is None or name == "distillation":
            record["distillation"] = distillation()
        elif name in CHAINS:
            record["chains"][name] = bench.chain(name)
        else:
            for each, taken in bench.latencies(list(record["chains"])).items():
                record["chains"][each]["milliseconds"] = taken
        print(name, json.dumps(record["chains"].get(name, record.get(name))), flush=True)
        write_result(NAME, record)


def known() -> dict[str, Any]:
    """Returns what earlier calls measured."""
    path = RESULTS / f"{NAME}.json"
    held = json.loads(path.read_text()) if path.exists() else {}
    return {"chains": held.get("chains", {})} | {
        key: held[key] for key in ("distillation",) if key in held
    }


class Bench:
    """The data and the trained network.

    Args:
        data: Folder of the archive.
        keep: Where what took long is kept.
    """

    def __init__(self, data: Path, keep: Path) -> None:
        from search_spaces import SPACES, InputSpec, Signature, TargetSpec

        self.keep = keep
        self.x, self.y, self.x_test, self.y_test = mnist(data, keep / "mnist.npz")
        self.signature = Signature(
            InputSpec("image", (28, 28, 1), 0.0, 255.0), TargetSpec("classification", 10)
        )
        self.space = SPACES.get("cnn")(self.signature)
        self.values = self.space.first_guesses()[GUESS]
        self.trained = keep / "trained.keras"
        if not self.trained.exists():
            self._train()

    def context(self, seed: int = 0, **fields: Any) -> StepContext:
        """Returns a step's context; fields can be given."""
        from automl.execution.fit_data import FitData

        held = len(self.x) // 10
        usual = StepContext(
            train=FitData(self.x[held:], self.y[held:]),
            validation=FitData(self.x[:held], self.y[:held]),
            signature=self.signature,
            training=replace(self.space.recipe(self.values), batch_size=64),
            epochs=EPOCHS,
            seed=seed,
            work=Path(tempfile.mkdtemp()),
            emit=lambda message: print("  ", message["epoch"] + 1, message["metrics"], flush=True),
        )
        return replace(usual, **({"facts": {}} | fields))

    def model(self) -> Any:
        """Returns a copy of the trained network."""
        from automl.execution.models import load_model

        return load_model(self.trained)

    def chain(self, name: str) -> dict[str, Any]:
        """Applies the steps of a chain, writes its file and measures it."""
        import keras

        from automl.export.tflite.converting import convert
        from automl.export.tflite.freezing import freeze
        from automl.measure.flops import count_flops
        from automl.measure.size import gzip_size
        from automl.verify.litert import run_tflite

        keras.backend.clear_session()
        steps, stored = CHAINS[name]
        model, facts, began = self.model(), [], time.perf_counter()
        for step in steps:
            context = self.context()
            model = step.apply(model, context)
            facts.append(context.facts)
        seconds = time.perf_counter() - began
        frozen = freeze(model)
        train = self.context().train.x
        rows = np.linspace(0, len(train) - 1, 256).round().astype(int)
        content = convert(frozen, stored, train[rows])
        (self.keep / f"{name}.tflite").write_bytes(content)
        outputs = run_tflite(content, self.x_test).outputs
        claims = [claim.value for step in steps for claim in step.claims(model)]
        return {
            "keras": self._right(model.predict(self.x_test, verbose=0, batch_size=256)),
            "file": self._right(np.asarray(outputs)),
            "bytes": len(content),
            "gzip": gzip_size(content),
            "parameters": int(model.count_params()),
            "flops": count_flops(frozen),
            "seconds": round(seconds, 1),
            "claims": [round(min(claims), 4), round(max(claims), 4)] if claims else [],
            "facts": facts,
        }

    def latencies(self, names: list[str], rounds: int = 9) -> dict[str, float]:
        """Returns the milliseconds of a call of each file, which are timed in turns."""
        from ai_edge_litert.interpreter import Interpreter

        from automl.measure.latency import time_calls

        calls: dict[str, Callable[[], object]] = {}
        for name in names:
            content = (self.keep / f"{name}.tflite").read_bytes()
            interpreter = Interpreter(model_content=content, num_threads=1)
            interpreter.allocate_tensors()
            source = interpreter.get_input_details()[0]["index"]
            interpreter.set_tensor(source, self.x_test[:1])
            calls[name] = interpreter.invoke
        taken: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(rounds):
            for name, call in calls.items():
                taken[name].append(time_calls(call)[0])
        return {name: round(median(each), 4) for name, each in taken.items()}

    def _train(self) -> None:
        import keras

        keras.utils.set_random_seed(0)
        model = self.space.construct(self.space.architecture(self.values))
        print(self.values, int(model.count_params()), flush=True)
        began = time.perf_counter()
        self.context().fit(model, EPOCHS)
        print(f"trained in {time.perf_counter() - began:.0f} s", flush=True)
        model.save(self.trained)

    def _right(self, outputs: np.ndarray) -> float:
        return float((outputs.argmax(axis=1) == self.y_test).mean())


def distillation() -> dict[str, Any]:
    """Trains a teacher, and students alone and taught, seed by seed, on the digits."""
    import keras

    x_test, y_test, base, values, space = digits()

    def right(model: Any) -> float:
        outputs = model.predict(x_test, verbose=0, batch_size=256)
        return float((outputs.argmax(axis=1) == y_test).mean())

    keras.utils.set_random_seed(0)
    teacher = space.construct(space.architecture(values))
    base.fit(teacher, TEACHER_EPOCHS)
    results = []
    for seed in SEEDS:
        context = replace(
            base, seed=seed, epochs=STUDENT_EPOCHS, teachers=lambda count: [teacher], facts={}
        )
        alone = student(seed)
        context.fit(alone, STUDENT_EPOCHS)
        taught = Distil(start="trained").apply(student(seed), context)
        results.append((right(alone), right(taught)))
        print(seed, results[-1], flush=True)
    alone_mean, taught_mean = (float(np.mean([each[k] for each in results])) for k in (0, 1))
    best = right(teacher)
    return {
        "teacher": best,
        "parameters": [int(teacher.count_params()), int(student(0).count_params())],
        "alone": [round(each[0], 4) for each in results],
        "taught": [round(each[1], 4) for each in results],
        "share of the gap": round((taught_mean - alone_mean) / (best - alone_mean), 3),
    }


def digits() -> tuple[Any, ...]:
    """Returns test data, a step's context, and the teacher's values and space."""
    from sklearn.datasets import load_digits

    from automl.execution.fit_data import FitData
    from search_spaces import SPACES, InputSpec, Signature, TargetSpec

    loaded = load_digits()
    order = np.random.default_rng(0).permutation(len(loaded.target))
    x, y = loaded.images[order][..., None].astype("float32"), loaded.target[order]
    signature = Signature(
        InputSpec("image", (8, 8, 1), 0.0, 16.0), TargetSpec("classification", 10)
    )
    space = SPACES.get("cnn")(signature)
    values = space.first_guesses()[TEACHER]
    context = StepContext(
        train=FitData(x[:900], y[:900]),
        validation=FitData(x[900:1200], y[900:1200]),
        signature=signature,
        training=space.recipe(values),
        epochs=TEACHER_EPOCHS,
        seed=0,
        work=Path(tempfile.mkdtemp()),
    )
    return x[1200:], y[1200:], context, values, space


def student(seed: int) -> Any:
    """Returns an untrained network for the digits, of 377 parameters."""
    import keras

    keras.utils.set_random_seed(seed)
    inputs = keras.Input((8, 8, 1), name="x")
    tensor = keras.layers.Rescaling(1 / 8, -1.0)(inputs)
    for number, width in enumerate((3, 8)):
        tensor = keras.layers.Conv2D(width, 3, padding="same", use_bias=False)(tensor)
        tensor = keras.layers.BatchNormalization(momentum=0.9)(tensor)
        tensor = keras.layers.Activation("relu", name=f"a{number}")(tensor)
        if not number:
            tensor = keras.layers.MaxPooling2D(2)(tensor)
    tensor = keras.layers.GlobalAveragePooling2D()(tensor)
    outputs = keras.layers.Softmax()(keras.layers.Dense(10, name="logits")(tensor))
    return keras.Model(inputs, outputs, name="student")


def mnist(folder: Path, kept: Path) -> tuple[np.ndarray, ...]:
    """Returns train and test images and labels, shuffled, decoded once."""
    from PIL import Image

    if not kept.exists():
        parts: dict[str, tuple[list[Any], list[int]]] = {"train": ([], []), "test": ([], [])}
        with tarfile.open(folder / "mnist_png_subset.tar.gz") as archive:
            for member in archive:
                if member.name.endswith(".png"):
                    *_, part, label, _ = member.name.split("/")
                    file = archive.extractfile(member)
                    assert file is not None
                    image = np.asarray(Image.open(io.BytesIO(file.read())).convert("L"))
                    parts[part][0].append(image)
                    parts[part][1].append(int(label))
        arrays: dict[str, np.ndarray] = {}
        for part, (images, labels) in parts.items():
            order = np.random.default_rng(0).permutation(len(labels))
            arrays[f"x_{part}"] = np.stack(images)[order][..., None].astype("float32")
            arrays[f"y_{part}"] = np.array(labels)[order]
        np.savez_compressed(kept, **arrays)
    held = np.load(kept)
    return tuple(held[key] for key in ("x_train", "y_train", "x_test", "y_test"))


if __name__ == "__main__":
    main()
