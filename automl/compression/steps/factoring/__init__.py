"""Splits kernels into products of smaller ones."""
