"""One command a file; `COMMANDS` is the order in which help lists them."""

COMMANDS = (
    "search", "predict", "export", "verify", "report", "runs", "datasets", "spaces", "doctor",
)  # fmt: skip
