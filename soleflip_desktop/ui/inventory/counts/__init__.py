"""Counts of what really lies somewhere."""
