"""To review: questions about what marketplaces said."""
