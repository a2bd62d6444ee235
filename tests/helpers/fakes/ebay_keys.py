"""Signing keys of the fake eBay, and whether a request is signed as eBay asks (3.2)."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from helpers.fakes.faults import Request

_INPUT = re.compile(r'sig1=(\(((?:"[^"]+" ?)+)\);created=(\d+))')
_NEEDED = {"x-ebay-signature-key", "@method", "@path", "@authority"}


class Keys:
    """The public keys of all pairs that were made, by their JWE."""

    def __init__(self) -> None:
        self.known: dict[str, Ed25519PublicKey] = {}

    def make(self) -> dict[str, Any]:
        private = Ed25519PrivateKey.generate()
        jwe = f"synthetic.jwe.{len(self.known) + 1}"
        self.known[jwe] = private.public_key()
        der = private.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        now = int(time.time())
        return {
            "creationTime": now,
            "expirationTime": now + 3 * 365 * 24 * 3600,
            "jwe": jwe,
            "privateKey": base64.b64encode(der).decode(),
            "publicKey": base64.b64encode(public).decode(),
            "signingKeyCipher": "ED25519",
            "signingKeyId": f"key-{len(self.known)}",
        }

    def complaint(self, request: Request) -> str:
        """Empty where the signature is good; written apart from the code under test."""
        headers = request.headers
        if "x-ebay-signature-key" not in headers:
            return "Missing x-ebay-signature-key header"
        told = _INPUT.fullmatch(headers.get("signature-input", ""))
        public = self.known.get(headers["x-ebay-signature-key"])
        if told is None or public is None:
            return "Signature validation failed: unknown key or input"
        names = [name.strip('"') for name in told[2].split()]
        if not set(names) >= _NEEDED or abs(time.time() - int(told[3])) > 600:
            return "Signature validation failed: incomplete or too old"
        if request.body:
            digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
            if headers.get("content-digest") != f"sha-256=:{digest}:":
                return "Signature validation failed: digest"
        derived = {"@method": request.method, "@path": request.path, "@authority": headers["host"]}
        lines = [f'"{name}": {derived.get(name) or headers[name]}' for name in names]
        base = "\n".join([*lines, f'"@signature-params": {told[1]}'])
        signature = headers.get("signature", "").removeprefix("sig1=:").removesuffix(":")
        try:
            public.verify(base64.b64decode(signature), base.encode())
        except (InvalidSignature, ValueError):
            return "Signature validation failed"
        return ""
