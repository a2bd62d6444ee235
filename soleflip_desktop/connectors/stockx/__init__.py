"""StockX, public API v2 (marketplaces.md 1)."""
