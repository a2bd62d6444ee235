"""The inventory page: every unit."""
