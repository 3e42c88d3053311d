"""The root of the project's one error tree.

It lives in the leaf package so that ``search_spaces`` needs nothing from
``automl``; ``automl.errors`` holds the rest of the tree.
"""

from __future__ import annotations


class AutomlError(Exception):
    """An error whose message is written for the user.

    The message is one line: the rule, what came instead, and what to do. The
    command line prints it as it is and exits with `exit_code`.
    """

    exit_code = 1


class UserInputError(AutomlError, ValueError):
    """What the user asked for cannot be done as asked."""

    exit_code = 2


class UnknownNameError(UserInputError, LookupError):
    """A name that no registry entry answers to."""


class UnsuitableSpaceError(UserInputError):
    """A search space that cannot be used on the data's signature."""
