"""Marketplaces that behave as marketplaces.md 11 says: real HTTP on loopback."""
