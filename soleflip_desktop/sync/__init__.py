"""Background work; pure asyncio, no Qt."""
