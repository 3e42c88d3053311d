"""Headless Chromium: where it is, and a page in it that answers one question."""
