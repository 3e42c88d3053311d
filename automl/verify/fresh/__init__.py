"""Runtimes in Python that run a file in a fresh process, as a server does that gets nothing else.

Each module is both the runtime and, started with ``python -m``, its process.
"""
