"""The run store: one SQLite file that is the truth of a run."""
