"""Classes and splits as folders say them: ``train/cats/1.png``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl.data.base import Skipped
from automl.data.files.listing import GIVEN_SPLITS, Listing, listing_of, readable
from automl.data.files.scanning import Found
from automl.data.files.split_names import split_named
from automl.errors import UserInputError

#: Names that are shown one by one; the rest are counted.
_SHOWN = 5


@dataclass(frozen=True)
class _Placed:
    """A file and what its folders say of it; no label is None."""

    file: Found
    split: str
    label: str | None
    deep: bool


def list_folders(
    root: Path,
    files: Sequence[Found],
    folders: Sequence[tuple[str, ...]],
    plural: str,
    task: str,
) -> Listing:
    """Lists files by the folders they lie in.

    Args:
        root: The folder.
        files: Files of one kind below it.
        folders: Names of every folder below it.
        plural: What several of the files are called.
        task: Registry name of the task that the user wants, or ``"auto"``.

    Raises:
        UserInputError: If the folders can mean nothing that is learned.
    """
    given = given_splits(root, files)
    placed = [_place(file, given) for file in files]
    if all(each.label is None for each in placed):
        return _unlabeled(root, placed, given, folders, plural)
    return _labeled(root, placed, given, folders, plural, task)


def given_splits(root: Path, files: Iterable[Found]) -> dict[str, str]:
    """Returns name of a folder in `root` -> the split it holds; empty if there are no such.

    Training needs a folder and so does one other split: a lone ``train`` among
    other folders may well hold pictures of trains.

    Raises:
        UserInputError: If there are splits but none to train on.
    """
    tops = {file.parts[0] for file in files if len(file.parts) > 1}
    named = {top: split_named(top) for top in sorted(tops) if split_named(top)}
    if len(set(named.values())) < 2:
        return named if named and set(named) == tops and "train" in named.values() else {}
    if "train" not in named.values():
        if set(named) != tops:
            return {}
        raise UserInputError(
            f"{root} needs a folder of training examples, train/. Received: {_shown(named)}."
        )
    return named


def _place(file: Found, given: dict[str, str]) -> _Placed:
    parts = file.parts
    split = given.get(parts[0], "") if len(parts) > 1 else ""
    inner = parts[1:] if split else parts
    return _Placed(file, split, readable(inner[0]) if len(inner) > 1 else None, len(inner) > 2)


def _unlabeled(
    root: Path,
    placed: list[_Placed],
    given: dict[str, str],
    folders: Sequence[tuple[str, ...]],
    plural: str,
) -> Listing:
    kept, skipped = _inside(placed, given)
    return listing_of(
        root,
        [each.file.path for each in kept],
        splits=[each.split for each in kept],
        skipped=skipped,
        notes=_empty_note(kept, given, folders, plural),
        why="there are no class folders and no labels.csv",
    )


def _labeled(
    root: Path,
    placed: list[_Placed],
    given: dict[str, str],
    folders: Sequence[tuple[str, ...]],
    plural: str,
    task: str,
) -> Listing:
    inside, skipped = _inside(placed, given)
    skipped += [
        Skipped(each.file.name, "is in no class folder") for each in inside if each.label is None
    ]
    kept = [(each, each.label) for each in inside if each.label is not None]
    names = sorted({label for _, label in kept})
    if len(names) == 1 and task != "anomaly":
        folder = kept[0][0].file.path.parent
        others = "".join(f" {note}" for note in _empty_note(inside, given, folders, plural))
        raise UserInputError(
            f"Telling classes apart needs at least 2 class folders. Received: one in {root},"
            f" {names[0]!r}.{others} To learn what is normal without labels, name {folder}."
        )
    notes = [
        *_empty_note(inside, given, folders, plural),
        *_deep_note(kept, plural),
        *_one_sided_notes(inside, given),
    ]
    asked, why = "", f"{len(names):,} class folders"
    trained = {label for each, label in kept if each.split == "train"}
    if len(trained) == 1 and len(names) > 1:
        asked, why = "anomaly", f"train/ holds one class alone, {min(trained)!r}"
    values = None
    if task == "regression":
        values = [[_number(root, label)] for _, label in kept]
    return listing_of(
        root,
        [each.file.path for each, _ in kept],
        labels=None if values else [label for _, label in kept],
        values=values,
        kind="number" if values else "class",
        names=("folder",) if values else names,
        splits=[each.split for each, _ in kept],
        skipped=skipped,
        notes=notes,
        why=why,
        task=asked,
    )


def _number(root: Path, label: str) -> float:
    try:
        return float(label)
    except ValueError as error:
        raise UserInputError(
            f"Regression on folders needs their names to be numbers. Received: {label!r} in {root}."
        ) from error


def _inside(placed: list[_Placed], given: dict[str, str]) -> tuple[list[_Placed], list[Skipped]]:
    """Returns the files inside the folders of splits, where there are such, and the others."""
    if not given:
        return placed, []
    outside = [each for each in placed if not each.split]
    return [each for each in placed if each.split], [
        Skipped(each.file.name, f"is in none of {', '.join(f'{n}/' for n in given)}")
        for each in outside
    ]


def _empty_note(
    kept: list[_Placed], given: dict[str, str], folders: Sequence[tuple[str, ...]], plural: str
) -> list[str]:
    """Returns a note on the folders that should hold something and do not."""
    used = {each.file.parts[:level] for each in kept for level in (1, 2)}
    empty = []
    for parts in folders:
        level = 2 if parts[0] in given else 1
        if parts not in used and (len(parts) == level or (given and len(parts) == 1)):
            empty.append(readable("/".join(parts)))
    if not empty:
        return []
    verb = "folder holds" if len(empty) == 1 else "folders hold"
    return [f"{len(empty):,} {verb} no {plural} and cannot be learned: {_shown(empty)}."]


def _deep_note(kept: list[tuple[_Placed, str]], plural: str) -> list[str]:
    deep = Counter(label for each, label in kept if each.deep)
    if not deep:
        return []
    return [
        f"{sum(deep.values()):,} {plural} lie in folders inside class folders: their class is"
        f" the outer folder ({_shown(sorted(deep))})."
    ]


def _one_sided_notes(kept: list[_Placed], given: dict[str, str]) -> list[str]:
    """Returns notes on classes that some split lacks, and on splits without classes."""
    classes: dict[str, set[str]] = defaultdict(set)
    for each in kept:
        if each.label is not None:
            classes[each.split].add(each.label)
    notes = []
    for split in sorted(set(given.values()), key=GIVEN_SPLITS.index):
        folders = " and ".join(f"{name}/" for name, of in given.items() if of == split)
        if any(each.split == split for each in kept) and not classes[split]:
            notes.append(f"{folders} has no class folders, so nothing in it can be used.")
            continue
        others = set().union(*(found for name, found in classes.items() if name != split))
        alone = sorted(classes[split] - others)
        if others and alone:
            notes.append(f"Only {folders} has {_classes(alone)}.")
    return notes


def _classes(names: list[str]) -> str:
    return f"{'class' if len(names) == 1 else f'{len(names):,} classes:'} {_shown(names)}"


def _shown(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _SHOWN:,} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
