"""One command a file; `COMMANDS` is the order in which help lists them."""

COMMANDS = (
    "search", "predict", "demo", "compress", "export", "verify", "bench", "report", "runs",
    "datasets", "spaces", "doctor",
)  # fmt: skip
