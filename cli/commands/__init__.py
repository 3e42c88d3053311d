"""One command a file; `COMMANDS` is the order in which help lists them."""

COMMANDS = ("search", "export", "verify", "report", "runs", "spaces", "doctor")
