"""The samples in JavaScript: for Node.js and for a browser."""

from __future__ import annotations

from automl.export.samples.composing import filled, parted, piece

#: Version of TF.js that the samples name; the one that files are verified with.
TFJS = "4.22.0"
PACKAGES = ("core", "converter", "backend-cpu")
#: Kind of input -> what is asked about, an argument for Node.js.
INPUTS = {
    "image": ("a picture", "cat.png"),
    "text": ("a text", "'What a day!'"),
    "audio": ("a sound", "yes.wav"),
    "table": ("rows of a table", "rows.json"),
    "window": ("what comes after a series", "rows.json"),
    "array": ("numbers", "example.json"),
}
#: Kind of input -> what stands beside the control, and the control.
CONTROLS = {
    "image": ("Picture", '<input id="input" type="file" accept="image/*">'),
    "text": ("Text", '<textarea id="input" rows="4" cols="60"></textarea>'),
    "audio": ("Sound", '<input id="input" type="file" accept="audio/*">'),
    "table": ("Row in JSON", '<textarea id="input" rows="4" cols="60">{}</textarea>'),
    "window": ("Rows in JSON", '<textarea id="input" rows="8" cols="60">[]</textarea>'),
    "array": ("Numbers in JSON", '<textarea id="input" rows="8" cols="60">[]</textarea>'),
}


def shared_sample(task: str) -> str:
    """Returns ``model.mjs``, what browsers and Node.js do alike.

    Args:
        task: How an answer is told.
    """
    return (
        filled(piece("javascript", "model"), {"answer": piece("javascript", f"answer_{task}")})
        + "\n"
    )


def node_sample(kind: str, file: str) -> str:
    """Returns ``predict.mjs``.

    Args:
        kind: How an input is read, one of `INPUTS`.
        file: An exported model.json, relative to the sample.
    """
    return _reading(
        "node",
        kind,
        file=file,
        argument=INPUTS[kind][1],
        packages=" ".join(f"@tensorflow/tfjs-{name}@{TFJS}" for name in PACKAGES),
    )


def browser_sample(kind: str, file: str) -> str:
    """Returns ``predict.html``, a page that needs ``model.mjs`` and what reads an input.

    Args:
        kind: How an input is read, one of `INPUTS`.
        file: An exported model.json, relative to the page.
    """
    label, control = CONTROLS[kind]
    page = _reading(
        "browser", kind, indent="    ", file=file, tfjs=TFJS, label=label, control=control
    )
    return page.replace("\n\n\n", "\n\n")


def _reading(place: str, kind: str, *, indent: str = "", **values: str) -> str:
    """Returns the sample of a place, with the piece that reads an input there."""
    imports, body = parted(piece("javascript", f"read_{kind}_{place}"))
    values |= {
        "what": INPUTS[kind][0],
        "imports": _indented("\n".join(imports), indent),
        "read": _indented(body, indent),
    }
    return filled(piece("javascript", place), values) + "\n"


def _indented(text: str, indent: str) -> str:
    return "\n".join(f"{indent}{line}" if line else "" for line in text.split("\n"))
