"""The orders page: every sale."""
