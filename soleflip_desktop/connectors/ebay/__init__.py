"""eBay: orders, offers and payouts of one seller, by the Sell APIs (marketplaces.md 3)."""
