"""Recipes: what is done to a model before it is written."""
