"""What was learned, in words."""

from __future__ import annotations

from automl.learned.home import home
from automl.learned.lesson import Lesson
from automl.learned.shelf import Shelf


def told() -> str:
    """Returns what is kept and where, in one line; empty if there is nothing."""
    place = home()
    count = 0 if place is None else len(Shelf(place).lessons())
    if place is None or not count:
        return ""
    return (
        f"What {count} finished run{'' if count == 1 else 's'} taught is in {Shelf(place).path}."
        " Show it with: automl runs learned; remove it with: automl runs forget"
    )


def described(lesson: Lesson) -> str:
    """Returns one run's lesson in a line."""
    kind = lesson.kind
    spaces = ", ".join(dict.fromkeys(each.space for each in lesson.proven))
    count = len(lesson.proven)
    return (
        f"{kind.task} of {kind.input} {'x'.join(map(str, kind.shape))}, {kind.examples:,} examples:"
        f" {count} configuration{'' if count == 1 else 's'} of {spaces}, best by {lesson.objective}"
    )
