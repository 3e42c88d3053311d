"""Tables: rows of numbers, categories and dates, texts or files, and series in time."""
