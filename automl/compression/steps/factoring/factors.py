"""One kernel as the product of two smaller ones, by singular values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def best_rank(matrix: np.ndarray, energy: float) -> int:
    """Returns the fewest singular values whose squares are a share of the sum of all.

    Args:
        matrix: Inputs x outputs.
        energy: The share, in (0, 1].
    """
    import numpy as np

    squares = np.linalg.svd(matrix.astype("float64"), compute_uv=False) ** 2
    shares = np.cumsum(squares) / max(float(squares.sum()), 1e-30)
    enough = int(np.searchsorted(shares, energy - 1e-12)) + 1
    return min(len(squares), enough)


def factorize(matrix: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns the two factors of the nearest matrix of a rank (Eckart and Young, 1936).

    Both have the roots of the singular values, so that their weights are of like size.

    Args:
        matrix: Inputs x outputs.
        rank: From 1 to the shorter of the two.

    Returns:
        Inputs x rank and rank x outputs, float32.
    """
    import numpy as np

    left, singular, right = np.linalg.svd(matrix.astype("float64"), full_matrices=False)
    root = np.sqrt(singular[:rank])
    first = left[:, :rank] * root
    second = root[:, None] * right[:rank]
    return first.astype("float32"), second.astype("float32")


def saved(matrix_shape: tuple[int, int], rank: int) -> int:
    """Returns how many weights fewer two factors have; below zero if they have more."""
    rows, columns = matrix_shape
    return rows * columns - rank * (rows + columns)
