"""Widgets and helpers that every page may use."""
