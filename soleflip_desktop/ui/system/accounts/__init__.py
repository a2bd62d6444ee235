"""The page of marketplace accounts: log-in, schedule, progress and history of their sync."""
