"""Lets other models teach one."""
