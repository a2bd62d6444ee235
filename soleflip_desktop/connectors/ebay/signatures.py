"""Signed requests: what eBay's Finances API asks of sellers in the EU and the UK.

HTTP Message Signatures (draft 11 of what became RFC 9421) over the parts that eBay names, with the
Ed25519 key that its Key Management API makes (marketplaces.md 3.2).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from soleflip_desktop.domain.errors import UserError

KEY_HEADER = "x-ebay-signature-key"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key pair: `jwe` is the public key as eBay wrapped it, `private_key` is PKCS 8, base64."""

    jwe: str = field(repr=False)
    private_key: str = field(repr=False)

    def headers(self, method: str, url: str, created: int, body: bytes = b"") -> Mapping[str, str]:
        """The headers to add to a request of that moment (epoch seconds).

        Raises UserError for a key that is none of ours.
        """
        digest = {"content-digest": content_digest(body)} if body else {}
        covered = {**digest, KEY_HEADER: self.jwe, **derived(method, url)}
        names = " ".join(f'"{name}"' for name in covered)
        parameters = f"({names});created={created}"
        signature = self._private().sign(signature_base(covered, parameters))
        return {
            **{name.title(): value for name, value in digest.items()},
            KEY_HEADER: self.jwe,
            "Signature-Input": f"sig1={parameters}",
            "Signature": f"sig1=:{base64.b64encode(signature).decode()}:",
        }

    def _private(self) -> Ed25519PrivateKey:
        """What eBay sends is the text of a PEM file without its first and last line."""
        lines = (line for line in self.private_key.splitlines() if not line.startswith("-----"))
        try:
            key = load_der_private_key(base64.b64decode("".join(lines), validate=True), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise UserError(
                "The stored key for eBay's payouts cannot be read. Connect the account again; a "
                "new one is made then."
            ) from None
        return key


def signature_base(covered: Mapping[str, str], parameters: str) -> bytes:
    """What is signed: a line for each covered component, then the parameters."""
    lines = [f'"{name}": {value}' for name, value in covered.items()]
    return "\n".join([*lines, f'"@signature-params": {parameters}']).encode()


def content_digest(body: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def derived(method: str, url: str) -> Mapping[str, str]:
    """Method, path without query, and host with a port that is not the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    return {"@method": method, "@path": parts.path, "@authority": host + port}
