"""Which size, colour and depth the pictures of a data set get."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from automl.data.images.decoding import MARKS, Header
from automl.data.options import AUTO, ReadOptions
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Longest side, in pixels, that a model gets to see unless the user says more: a
#: candidate must train in seconds on two cores, and cost grows with the square.
LONGEST_SIDE = 96
#: Sides of pictures that need resizing anyway are multiples of this, so that halving
#: them inside a model leaves no half pixels.
_STEP = 8
#: Share of the pictures that must have one size for it to be kept as it is.
_COMMON = 0.9
#: Share of a picture's area that cutting off its borders may cost, and the share of
#: pictures for which that must hold; otherwise pictures are padded.
_LOSS, _LOSS_SHARE = 1 / 3, 0.9
#: Proportions, width to height, that are still kept when sizes vary.
_PROPORTIONS = (0.25, 4.0)
#: Largest reduction that the exported file itself takes over, and the share of the
#: memory that the larger raw pictures may take for it.
_LARGEST_RATIO, _MEMORY_SHARE = 4, 0.25
COLORS = (AUTO, "grey", "rgb")


@dataclass(frozen=True)
class Plan:
    """What pictures become.

    Attributes:
        height: Pixels of a raw example.
        width: Pixels of a raw example.
        channels: 1 for grey, 3 for RGB.
        depth: Bits of a number, 8 or 16.
        fit: ``"crop"`` keeps the middle of pictures of other proportions,
            ``"pad"`` keeps all of them and fills the borders.
        model_size: Height and width that the exported file itself resizes to.
        notes: What a person should know.
    """

    height: int
    width: int
    channels: int
    depth: int
    fit: str
    model_size: tuple[int, int]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "model_size", tuple(self.model_size))
        object.__setattr__(self, "notes", tuple(self.notes))

    @property
    def fill(self) -> int:
        """The number that borders are filled with: in the middle of the range."""
        return 128 if self.depth == 8 else 32768

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of a raw example."""
        return (self.height, self.width, self.channels)

    @property
    def dtype(self) -> str:
        """Type that raw examples are kept as."""
        return "uint8" if self.depth == 8 else "uint16"

    @property
    def settings(self) -> dict[str, Any]:
        """What `reference.picture.read_picture` needs."""
        names = ("height", "width", "channels", "fit", "depth")
        return {name: getattr(self, name) for name in names} | {"fill": self.fill}

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary; ``Plan(**record)`` reads it back."""
        return asdict(self)


def make_plan(headers: Sequence[Header], colorless: bool, options: ReadOptions) -> Plan:
    """Decides what pictures become.

    Args:
        headers: Header of each picture.
        colorless: Whether those that are stored in colour show none.
        options: ``image_size``, ``color`` and ``memory`` are heeded.

    Raises:
        UserInputError: If an option is out of range.
    """
    if options.color not in COLORS:
        raise UserInputError(f"--color is one of {', '.join(COLORS)}. Received: {options.color}.")
    if options.image_size is not None and min(options.image_size) < 1:
        raise UserInputError(
            "--image-size is height and width in pixels, from 1. Received:"
            f" {'x'.join(map(str, options.image_size))}."
        )
    channels, depth, notes = _color(headers, colorless, options.color)
    sizes = Counter((header.height, header.width) for header in headers)
    size, fit, said = _size(sizes, options.image_size)
    raw = size
    if _resizes_inside(sizes, size, channels * depth // 8, options.memory):
        ((raw, _),) = sizes.items()
        said = (
            f"Pictures are {_times(raw)}: the exported file takes them so and makes them"
            f" {_times(size)} itself{_choice(options)}."
        )
    elif options.image_size is None and said:
        said = f"{said}{_choice(options)}."
    elif said:
        said += "."
    return Plan(*raw, channels, depth, fit, size, (*([said] if said else []), *notes))


def notes_on_marks(headers: Iterable[Header]) -> list[str]:
    """Returns what a person should know of single pictures, counted."""
    counts = Counter(mark for header in headers for mark in header.marks)
    return [f"{_pictures(counts[mark])} {MARKS[mark]}." for mark in MARKS if counts[mark]]


def _choice(options: ReadOptions) -> str:
    return "" if options.image_size else " (--image-size chooses another size)"


def _color(
    headers: Sequence[Header], colorless: bool, color: str
) -> tuple[int, int, tuple[str, ...]]:
    """Returns channels, depth and notes."""
    grey = sum(header.grey for header in headers)
    deep = sum(header.deep for header in headers)
    count = len(headers)
    channels = {"grey": 1, "rgb": 3}.get(color, 1 if grey == count or colorless else 3)
    notes = []
    if color == AUTO and channels == 1 and grey < count:
        notes.append(f"{_pictures(count - grey)} stored in colour show none: all are read as grey.")
    if color == AUTO and channels == 3 and grey:
        notes.append(f"{_pictures(grey)} in grey among coloured ones: all are read as RGB.")
    if deep == count and channels == 1:
        notes.append("Pictures have 16 bits of grey, which are kept.")
        return channels, 16, tuple(notes)
    if deep:
        notes.append(f"{_pictures(deep)} of 16 bits of grey: reduced to 8 bits, as the others are.")
    return channels, 8, tuple(notes)


def _size(
    sizes: Counter[tuple[int, int]], wanted: tuple[int, int] | None
) -> tuple[tuple[int, int], str, str]:
    """Returns height and width, how pictures are made to fit, and what was done."""
    common, often = sizes.most_common(1)[0]
    if wanted is not None:
        fit = _fit(sizes, wanted)
        changed = sizes.total() - sizes.get(wanted, 0)
        said = f"{_pictures(changed)} of another size than {_times(wanted)}: {_done(fit)}"
        return wanted, fit, said if changed else ""
    if often >= _COMMON * sizes.total() and max(common) <= LONGEST_SIDE:
        fit = _fit(sizes, common)
        others = sizes.total() - often
        said = f"{_pictures(others)} of another size than {_times(common)}: {_done(fit)}"
        return common, fit, said if others else ""
    if len(sizes) == 1:
        size = _scaled(common)
        return size, "crop", f"Pictures are {_times(common)}: resized to {_times(size)}"
    size = _middle_size(sizes)
    fit = _fit(sizes, size)
    said = (
        f"Pictures have {len(sizes):,} sizes, from {_times(min(sizes, key=_area))} to"
        f" {_times(max(sizes, key=_area))}: {_done(fit)} to {_times(size)}"
    )
    return size, fit, said


def _done(fit: str) -> str:
    if fit == "crop":
        return "the middle is kept where proportions differ, and resized"
    return "borders are filled with grey where proportions differ, and resized"


def _scaled(size: tuple[int, int]) -> tuple[int, int]:
    """Returns a size made smaller, in its proportions, so that its longer side fits."""
    scale = LONGEST_SIDE / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _middle_size(sizes: Counter[tuple[int, int]]) -> tuple[int, int]:
    """Returns the size for pictures of many sizes: the median of sides and proportions.

    A square is taken where fewer pictures lose much by it than by the median
    proportions, as with upright and lying photographs together.
    """
    import numpy as np

    heights, widths = _columns(sizes)
    side = min(LONGEST_SIDE, int(np.median(np.maximum(heights, widths))))
    low, high = _PROPORTIONS
    median = float(np.clip(np.median(widths / heights), low, high))

    def cost(ratio: float) -> tuple[float, float]:
        losses = _losses(sizes, 1.0, ratio)
        return float((losses > _LOSS).mean()), float(losses.mean())

    best = min((median, 1.0), key=cost)
    return _rounded(side / max(1.0, best)), _rounded(side * min(1.0, best))


def _rounded(side: float) -> int:
    return max(1, round(side)) if side < 4 * _STEP else _STEP * round(side / _STEP)


def _fit(sizes: Counter[tuple[int, int]], size: tuple[int, int]) -> str:
    import numpy as np

    losses = _losses(sizes, float(size[0]), float(size[1]))
    return "crop" if float(np.mean(losses <= _LOSS)) >= _LOSS_SHARE else "pad"


def _losses(sizes: Counter[tuple[int, int]], height: float, width: float) -> np.ndarray:
    """Returns the share of each picture's area that is lost where its middle is kept."""
    import numpy as np

    heights, widths = _columns(sizes)
    ratio = (widths / heights) / (width / height)
    losses: np.ndarray = 1 - np.minimum(ratio, 1 / ratio)
    return losses


def _columns(sizes: Counter[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Returns height and width of each picture."""
    import numpy as np

    every = np.repeat(np.array(list(sizes), np.float64), list(sizes.values()), axis=0)
    return every[:, 0], every[:, 1]


def _resizes_inside(
    sizes: Counter[tuple[int, int]], size: tuple[int, int], pixel_bytes: int, memory: int
) -> bool:
    """Returns whether the exported file is to take pictures as they are and resize them itself.

    Nobody needs to resize anything then. It takes pictures of one size, and
    costs memory: raw pictures are kept instead of small ones.
    """
    if len(sizes) != 1:
        return False
    ((raw, count),) = sizes.items()
    ratios = (raw[0] / size[0], raw[1] / size[1])
    # Half a pixel of the result is what rounding its sides may change in proportions.
    alike = abs(ratios[0] / ratios[1] - 1) <= 0.5 / min(size)
    needed = count * raw[0] * raw[1] * pixel_bytes
    return (
        raw != size
        and alike
        and min(ratios) >= 1
        and max(ratios) <= _LARGEST_RATIO
        and needed <= _MEMORY_SHARE * memory
    )


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _times(size: tuple[int, int]) -> str:
    """Returns a size as people say it, height first, as ``--image-size`` takes it."""
    return f"{size[0]}x{size[1]}"


def _pictures(count: int) -> str:
    return f"{count:,} picture{'s' * (count != 1)}"
