"""What a user may say about data before it is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

AUTO = "auto"
#: Bytes of decoded examples that are kept in memory; what is larger stays on disk.
DEFAULT_MEMORY = 2_000_000_000


@dataclass(frozen=True)
class ReadOptions:
    """How a source is to read; every field has a value that means "find out".

    Attributes:
        input: What the examples are, one of `search_spaces.signature.INPUT_KINDS`,
            or ``"auto"``.
        task: Registry name of the task, or ``"auto"``.
        target: Columns that hold what is to be learned; empty for the source's own.
        columns: Column -> its type, over what would be inferred.
        time_column: Column of a table that orders its rows in time.
        horizon: Steps ahead that a forecast reaches; 0 to find out.
        lookback: Steps that a forecast sees; 0 to find out.
        group: Column whose values must not be shared between splits.
        image_size: Height and width that images are resized to.
        color: ``"auto"``, ``"grey"`` or ``"rgb"``.
        sample_rate: Samples per second that audio is resampled to; 0 to find out.
        seconds: Length that audio is cut or padded to; 0 to find out.
        length: Tokens of a text or steps of a series, at most; 0 to find out.
        vocabulary: Most token ids of texts, padding and unknown included.
        data_dir: Where `tensorflow_datasets` keeps its files; empty for its default.
        memory: Bytes of decoded examples that may be kept in memory.
        progress: Is told how far long reading is: done, total (0 if unknown) and
            what is counted, e.g. ``(200, 12000, "images")``.
    """

    input: str = AUTO
    task: str = AUTO
    target: tuple[str, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    time_column: str = ""
    horizon: int = 0
    lookback: int = 0
    group: str = ""
    image_size: tuple[int, int] | None = None
    color: str = AUTO
    sample_rate: int = 0
    seconds: float = 0.0
    length: int = 0
    vocabulary: int = 10_000
    data_dir: str = ""
    memory: int = DEFAULT_MEMORY
    progress: Callable[[int, int, str], None] | None = field(
        default=None, compare=False, repr=False
    )

    def report(self, done: int, total: int, what: str) -> None:
        """Tells whoever listens how far the reading is."""
        if self.progress is not None:
            self.progress(done, total, what)
