"""The import wizard: from a file to a reviewed draft, step by step. Nothing is written before."""
