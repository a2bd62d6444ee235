"""Statements: every SELECT and every set-based write, by domain."""
