"""The signed list: what is believed, and what is not even read."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from helpers.update_feeds import NAME, PUBLIC_KEY, SCHEMA, SYSTEM, payload, signed
from soleflip_desktop.connectors.updates.feed import public_key_of, read_feed, sign_feed
from soleflip_desktop.domain.updates import UpdateError

_FILE = payload()["files"][SYSTEM]


def test_what_is_signed_is_read() -> None:
    release = read_feed(signed(min_upgradable="1.2.0", later_field=[1]), PUBLIC_KEY)

    assert (release.version, release.least, release.schema) == ("1.4.0", "1.2.0", SCHEMA)
    assert release.released.isoformat() == "2026-11-24"
    file = release.files[SYSTEM]
    assert (file.name, file.size, file.sha256) == (NAME, _FILE["size"], _FILE["sha256"])


def test_another_key_is_not_believed() -> None:
    other = bytes(32)
    with pytest.raises(UpdateError, match="not signed by the makers"):
        read_feed(signed(other), PUBLIC_KEY)
    assert read_feed(signed(other), public_key_of(other)).version == "1.4.0"


def test_a_changed_payload_is_not_believed() -> None:
    outer = json.loads(signed())
    outer["payload"] = base64.b64encode(json.dumps(payload(version="9.0.0")).encode()).decode()
    with pytest.raises(UpdateError, match="not signed"):
        read_feed(json.dumps(outer).encode(), PUBLIC_KEY)


def test_every_changed_bit_of_the_signature_is_noticed() -> None:
    outer = json.loads(signed())
    signature = base64.b64decode(outer["signature"])
    for place in (0, 31, 32, 63):
        changed = bytearray(signature)
        changed[place] ^= 1
        outer["signature"] = base64.b64encode(changed).decode()
        with pytest.raises(UpdateError, match="not signed"):
            read_feed(json.dumps(outer).encode(), PUBLIC_KEY)


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(b"", id="empty"),
        pytest.param(signed()[:-40], id="truncated"),
        pytest.param(b"<html>Log in to the hotel</html>", id="page"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b'{"payload": 1, "signature": 2}', id="numbers"),
        pytest.param(json.dumps(payload()).encode(), id="bare payload"),
        pytest.param(b'{"payload": "e30=", "signature": "AAAA"}', id="short signature"),
        pytest.param(b'{"payload": "e30=", "signature": "\xc3\xbc"}', id="no base64"),
    ],
)
def test_what_is_no_signed_list(wrapped: bytes) -> None:
    with pytest.raises(UpdateError, match="not signed"):
        read_feed(wrapped, PUBLIC_KEY)


@pytest.mark.parametrize("key", ["", "short", base64.b64encode(bytes(31)).decode()])
def test_a_key_that_is_none_believes_nothing(key: str) -> None:
    with pytest.raises(UpdateError, match="not signed"):
        read_feed(signed(), key)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"version": "1.4"}, id="version"),
        pytest.param({"version": None}, id="no version"),
        pytest.param({"min_upgradable": "x"}, id="least"),
        pytest.param({"released": "yesterday"}, id="day"),
        pytest.param({"files": {SYSTEM: {**_FILE, "url": "http://x.example/a.exe"}}}, id="http"),
        pytest.param({"files": {SYSTEM: {**_FILE, "url": "file:///etc/a.exe"}}}, id="file"),
        pytest.param({"files": {SYSTEM: {**_FILE, "size": 0}}}, id="size"),
        pytest.param({"files": {SYSTEM: {**_FILE, "size": 2**40}}}, id="large"),
        pytest.param({"files": {SYSTEM: {**_FILE, "sha256": "00"}}}, id="hash"),
        pytest.param({"files": {SYSTEM: {**_FILE, "url": "https://x.example/a.sh"}}}, id="kind"),
        pytest.param(
            {"files": {SYSTEM: {**_FILE, "url": "https://x.example/..%5Ca.exe"}}}, id="way out"
        ),
        pytest.param({"files": {SYSTEM: {**_FILE, "url": "https://x.example/.exe"}}}, id="name"),
    ],
)
def test_what_is_signed_but_not_of_our_form(changes: dict[str, Any]) -> None:
    with pytest.raises(UpdateError, match="cannot be read by this version"):
        read_feed(signed(**changes), PUBLIC_KEY)


def test_signed_junk_is_a_sentence_too() -> None:
    with pytest.raises(UpdateError, match="cannot be read by this version"):
        read_feed(sign_feed(b"\xff not json", bytes(range(32))), PUBLIC_KEY)
