"""The PostgreSQL server that comes with the app."""

from soleflip_desktop.db.embedded.server import EmbeddedServer, ServerStatus

__all__ = ["EmbeddedServer", "ServerStatus"]
