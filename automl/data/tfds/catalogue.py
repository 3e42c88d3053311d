"""What the `tensorflow_datasets` package itself says of the sets that it knows, without network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from automl.errors import MissingPartError

#: Folders of the package that say of their sets what they are for.
FOLDERS = {
    "audio": "audio",
    "graphs": "graphs",
    "image": "images",
    "image_classification": "image classification",
    "nearest_neighbors": "nearest neighbours",
    "object_detection": "object detection",
    "question_answering": "question answering",
    "ranking": "ranking",
    "recommendation": "recommendation",
    "rl_unplugged": "reinforcement learning",
    "d4rl": "reinforcement learning",
    "robomimic": "robotics",
    "robotics": "robotics",
    "structured": "tables",
    "summarization": "summarization",
    "text": "text",
    "text_simplification": "text simplification",
    "time_series": "time series",
    "translate": "translation",
    "video": "video",
    "vision_language": "vision and language",
}
#: A tag of a task in a set's TAGS.txt; tags may follow each other without a line break.
_TASK = re.compile(r"ml\.task\.([a-z-]+?)(?=content\.|ml\.|\s|#|$)")


def names() -> list[str]:
    """Returns the name of every set in the package.

    Raises:
        MissingPartError: If `tensorflow_datasets` is not installed.
    """
    from automl.data.tfds.opening import calm

    with calm():
        try:
            import tensorflow_datasets as tfds
        except ImportError as error:
            raise MissingPartError(
                f"The catalogue needs tensorflow-datasets ({error})."
                " Install it: pip install tensorflow-datasets"
            ) from error
        return sorted(tfds.list_builders(with_community_datasets=False))


def tasks(name: str) -> tuple[str, ...]:
    """Returns what a set is for: its tags, else the folder that its code is in."""
    package = _package()
    for folder in (package / "datasets" / name, *(package / each / name for each in FOLDERS)):
        tags = folder / "TAGS.txt"
        if tags.is_file():
            found = _TASK.findall(tags.read_text(encoding="utf-8"))
            if found:
                return tuple(dict.fromkeys(task.replace("-", " ") for task in found))
    folder_name = _folder_of(name)
    return (FOLDERS[folder_name],) if folder_name in FOLDERS else ()


def download_bytes(name: str) -> int | None:
    """Returns the size of all files that a set may download; None where it is not known.

    A set of several configurations downloads what one of them needs.
    """
    package = _package()
    files = [
        package / "url_checksums" / f"{name}.txt",
        package / "datasets" / name / "checksums.tsv",
        *(package / each / name / "checksums.tsv" for each in FOLDERS),
    ]
    for file in files:
        if file.is_file():
            sizes = map(_size, file.read_text(encoding="utf-8").splitlines())
            return sum(size for size in sizes if size is not None) or None
    return None


def about(name: str) -> str:
    """Returns the first sentence of a set's README, if the package has one."""
    package = _package()
    for folder in (package / "datasets" / name, *(package / each / name for each in FOLDERS)):
        readme = folder / "README.md"
        if readme.is_file():
            lines = readme.read_text(encoding="utf-8").splitlines()
            text = " ".join(line for line in lines if line and not line.startswith("#"))
            return re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    return ""


def on_disk(name: str, data_dir: str = "") -> bool:
    """Returns whether a set lies in the folder where sets are kept."""
    root = Path(data_dir).expanduser() if data_dir else Path.home() / "tensorflow_datasets"
    return any((root / name).glob("**/dataset_info.json"))


def _size(line: str) -> int | None:
    for cell in line.split()[1:]:  # After the address, which never is a number.
        if cell.isdigit():
            return int(cell)
    return None


@cache
def _package() -> Path:
    import tensorflow_datasets as tfds

    return Path(tfds.__file__).parent


def _folder_of(name: str) -> str:
    package = _package()
    for folder in FOLDERS:
        if (package / folder / f"{name}.py").is_file() or (package / folder / name).is_dir():
            return folder
    if (package / "datasets" / name).is_dir():
        return ""
    import tensorflow_datasets as tfds

    # Already imported, as it is none of the packages: several sets share a file.
    parts = tfds.builder_cls(name).__module__.split(".")
    return parts[1] if len(parts) > 1 else ""
