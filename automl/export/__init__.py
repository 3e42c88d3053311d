"""Exporters: one format each."""
