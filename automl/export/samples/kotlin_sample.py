"""The sample in Kotlin, for Android."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl.export.samples.composing import filled, parted, piece

#: Kind of input -> what is asked about, files that go into the assets, a source file
#: beside, how it is asked.
INPUTS = {
    "image": ("a picture", ("picture.json",), "Picture.kt", "predict(file.readBytes())"),
    "text": (
        "a text", ("tokenizer.json", "vocabulary.txt"), "Tokenizer.kt", 'predict("What a day!")',
    ),
    "audio": ("a sound", (), "Audio.kt", "predict(pcm, 1)"),
    "table": ("a row of a table", ("columns.json",), "TableRow.kt", 'predict(mapOf("age" to 41))'),
    "window": ("what comes after a series", ("columns.json",), "TableRow.kt", "predict(rows)"),
    "array": ("an array of numbers", (), "", "predict(numbers)"),
}  # fmt: skip
#: What every sample imports.
_IMPORTS = (
    "import android.content.res.AssetManager",
    "import java.io.FileInputStream",
    "import java.nio.ByteBuffer",
    "import java.nio.ByteOrder",
    "import java.nio.channels.FileChannel",
    "import org.tensorflow.lite.Interpreter",
)


def kotlin_sample(kind: str, task: str, usage: Mapping[str, Any]) -> str:
    """Returns ``Predict.kt``.

    Args:
        kind: How an input is read, one of `INPUTS`.
        task: How an answer is told.
        usage: What ``preprocessing.json`` holds.
    """
    what, assets, source, call = INPUTS[kind]
    threshold = usage["output"].get("threshold")
    if task == "anomaly" and threshold is None:
        task = "score"
    names = usage["output"].get("names") or []
    whole = usage["dtype"] == "int32"
    imports, state, bodies = set(_IMPORTS), [], []
    for name in (f"read_{kind}", f"answer_{task}"):
        found, rest = parted(piece("kotlin", name))
        imports.update(found)
        above, _, below = rest.partition("//\n")
        state += [above.rstrip()] if above.strip() else []
        bodies.append(below)
    labels = ("labels.txt",) if task not in ("anomaly", "score") else ()
    values = {
        "read": bodies[0],
        "answer": bodies[1],
        "what": what,
        "assets": ", ".join(("model.tflite", *labels, *assets)),
        "with": f" and {source}" if source else "",
        "usage": f"//   val answer = predictor.{call}",
        "imports": "\n".join(sorted(imports)),
        "state": "\n".join(state),
        "array": "IntArray" if whole else "FloatArray",
        "put": "putInt" if whole else "putFloat",
        "outputs": str(1 if usage["output"]["task"] == "anomaly" else len(names)),
        "constants": _constants(kind, task, usage),
    }
    text = filled(piece("kotlin", "predict"), values)
    return text.replace("\n\n\n", "\n\n").replace("{\n\n", "{\n") + "\n"


def _constants(kind: str, task: str, usage: Mapping[str, Any]) -> str:
    lines = []
    if kind == "audio":
        lines += ["", "/** How many samples of a sound the model takes. */"]
        lines += [f"const val SAMPLES = {usage['encoder']['samples']}"]
    if task == "anomaly":
        lines += ["", "/** The score from which on an example is abnormal. */"]
        lines += [f"const val THRESHOLD = {float(usage['output']['threshold'])!r}"]
    return "".join(f"\n        {line}".rstrip(" ") for line in lines)
