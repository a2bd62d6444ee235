"""Use cases: the only door to the data. Async outside, one transaction inside."""
