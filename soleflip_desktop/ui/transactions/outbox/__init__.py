"""The outbox: what is to change at the marketplaces, and what came of it."""
