"""The files of TF.js that a page needs, copied from its npm packages."""

from __future__ import annotations

import shutil
from pathlib import Path

from automl.verify.tfjs_node.install import VERSION, ensure

FOLDER = "runtime"
#: Package -> files of it. A page needs core, converter and one backend; cpu is for
#: browsers without WebAssembly.
_FILES = {
    "tfjs-core": ("tf-core.es2017.min.js",),
    "tfjs-converter": ("tf-converter.es2017.min.js",),
    "tfjs-backend-wasm": (
        "tf-backend-wasm.es2017.min.js",
        "tfjs-backend-wasm-simd.wasm",
        "tfjs-backend-wasm.wasm",
    ),
    "tfjs-backend-cpu": ("tf-backend-cpu.es2017.min.js",),
}
_NOTICE = f"""TensorFlow.js {VERSION}, Copyright Google LLC, licensed under the Apache License 2.0
(https://www.apache.org/licenses/LICENSE-2.0); unchanged files of the npm packages
{", ".join(f"@tensorflow/{name}" for name in _FILES)}.
"""


def copy_runtime(site: Path) -> None:
    """Copies TF.js into a site.

    Raises:
        MissingPartError: If TF.js is not installed and cannot be fetched.
    """
    packages = ensure() / "node_modules" / "@tensorflow"
    folder = site / FOLDER
    folder.mkdir()
    for package, names in _FILES.items():
        for name in names:
            shutil.copyfile(
                packages / package / "dist" / name, folder / name.replace(".es2017", "")
            )
    (folder / "NOTICE.txt").write_text(_NOTICE, encoding="utf-8")
