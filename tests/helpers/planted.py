"""Planted secrets, and whether they are somewhere."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

from helpers.fakes import alias, ebay_login

EBAY_BASIC = base64.b64encode(
    f"{ebay_login.CLIENT_ID}:{ebay_login.CLIENT_SECRET}".encode()
).decode()
#: Tokens are planted with a number behind these; eBay's also as they stand in a form.
PLANTED = (
    "planted-client-secret",
    "planted-api-key",
    "planted-access",
    "planted-refresh",
    alias.TOKEN,
    ebay_login.CLIENT_SECRET,
    "v^1.1#synthetic-refresh",
    "v^1.1#user-",
    "v^1.1#app-",
    quote("v^1.1#", safe=""),
    EBAY_BASIC,
)
#: A log-in of StockX.
CREDENTIALS = {
    "api_key": "planted-api-key",
    "client_id": "client-acme",
    "client_secret": "planted-client-secret",
    "redirect_uri": "http://localhost:8765/callback",
    "access_token": "planted-access-0",
    "refresh_token": "planted-refresh-0",
}


def found_in(text: str | bytes) -> list[str]:
    """Which of them are there, as UTF-8 or as Windows' UTF-16."""
    data = text.encode() if isinstance(text, str) else text
    return [one for one in PLANTED if one.encode() in data or one.encode("utf-16-le") in data]


def family_of(pid: int) -> list[int]:
    """The process and all that it started."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [child for thread in threads for child in thread.read_text().split()]
    return [pid, *(one for child in children for one in family_of(int(child)))]


def seen_of(pid: int) -> str:
    """What other programs of the user can see of it."""
    process = Path(f"/proc/{pid}")
    return f"{(process / 'cmdline').read_bytes()!r} {(process / 'environ').read_bytes()!r}"
