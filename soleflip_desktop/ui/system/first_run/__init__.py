"""What a first start asks, while the database is being made."""
