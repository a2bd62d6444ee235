"""alias / GOAT, open API v1 (marketplaces.md 2)."""
