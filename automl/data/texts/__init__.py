"""Texts from folders, from files of lines, and from columns of tables."""
