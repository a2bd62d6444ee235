"""The outside world: files and marketplaces. Knows no database."""
