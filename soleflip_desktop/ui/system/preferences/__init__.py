"""What this desktop and its database prefer."""
