"""The imports page: files on their way in, and what became of them."""
