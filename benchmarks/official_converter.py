"""Converts SavedModels with the official converter; run by export_vs_official.py.

    OFFICIAL/bin/python benchmarks/official_converter.py FOLDER

FOLDER holds NAME/saved_model; what comes of each is written to NAME/official, and
the reasons of those that failed to official.json. It runs in an environment of its
own, which cannot hold this package, and imports nothing of it.
"""

import json
import sys
import traceback
from pathlib import Path


def main(folder: Path) -> None:
    """Converts every model, one failure at a time."""
    import tensorflow as tf
    import tensorflowjs
    from tensorflowjs.converters import tf_saved_model_conversion_v2 as conversion

    reasons = {}
    for saved in sorted(folder.glob("*/saved_model")):
        try:
            conversion.convert_tf_saved_model(
                str(saved), str(saved.parent / "official"), signature_def="serving_default"
            )
        except Exception as error:
            traceback.print_exc()
            lines = [line for line in str(error).splitlines() if line.strip()]
            reasons[saved.parent.name] = f"{type(error).__name__}: {' '.join(lines)[:300]}"
    versions = {"tensorflowjs": tensorflowjs.__version__, "tensorflow": tf.__version__}
    record = {"versions": versions, "reasons": reasons}
    (folder / "official.json").write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
