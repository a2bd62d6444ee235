"""Postgres: the embedded server, the tables, the statements."""
