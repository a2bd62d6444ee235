"""What concerns the app as a whole."""
