"""Blocks, one per file, each usable alone and inside a space."""

from search_spaces.blocks.base import Block, Surroundings

__all__ = ["Block", "Surroundings"]
