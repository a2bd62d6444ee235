"""Signed requests: eBay's own example, and what a stranger's check says of ours."""

from __future__ import annotations

import base64
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fakes.ebay_keys import Keys
from helpers.fakes.faults import Request
from soleflip_desktop.connectors.ebay.signatures import SigningKey, content_digest, derived
from soleflip_desktop.domain.errors import UserError

#: The public test key of RFC 9421 B.1.4, and eBay's example request with it, from the README of
#: eBay/digital-signature-verification-ebay-api.
RFC_KEY = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
JWE = (
    "eyJ6aXAiOiJERUYiLCJlbmMiOiJBMjU2R0NNIiwidGFnIjoiSGdLcjNSSWFlZll0Mkd4blBUUTEwUSIsImFsZyI6IkEyN"
    "TZHQ01LVyIsIml2IjoiQTVOQXFYUXlITkNIT01GVSJ9.z3JcS0vvxrYboqpySAq_Znww-3V6AllxmJP5JEMkuLY.K1f4M"
    "VMEc8ylbfSS.fASwJyMCk2tXZsNWk13IcuVgSWTOcynSdAoJrK4WApZANlxAP9J0qr0Jz_4aFldFDSZ5tfuxLGqzJmWU7"
    "CiZWwNjk2XoVy8q5ogMrFNFwFXP4SrX1XORhNLZPTyS5DEqLDPYn2NX944xendEwfcxxXsTSeNCUnmSyfitiscUC04GYO"
    "fn0UWQ2buSWx7Yod0IR2GtTGUsM9o3J-riuNDKhw.rRsWM1Sl_2stTnZLJkWVmQ"
)
EXAMPLE = "uunxYrXKC8KaoupD5D1DKdmQmrOhz6b4Xbhb3o9d4x4xFIpg++XzEZztOyeOI59rMMjM3NIcFgxBH0c1ckpfBw=="
URL = "https://apiz.ebay.com/sell/finances/v1/transaction?filter=x"


def test_ebays_own_example() -> None:
    key = SigningKey(JWE, RFC_KEY)
    url, body = "http://localhost:8080/verifysignature", b'{"hello": "world"}'

    headers = key.headers("POST", url, 1659651955, body)

    assert headers["Content-Digest"] == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    assert headers["Signature-Input"] == (
        'sig1=("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority")'
        ";created=1659651955"
    )
    assert headers["Signature"] == f"sig1=:{EXAMPLE}:"


def test_a_request_without_body_signs_no_digest() -> None:
    headers = SigningKey(JWE, RFC_KEY).headers("GET", URL, 1)

    assert "Content-Digest" not in headers
    assert headers["Signature-Input"].startswith('sig1=("x-ebay-signature-key" "@method"')


@pytest.mark.parametrize(
    "wrap", ["{}", "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----"]
)
def test_a_key_with_and_without_the_lines_of_a_pem_file(wrap: str) -> None:
    plain = SigningKey(JWE, RFC_KEY).headers("GET", URL, 1)

    assert SigningKey(JWE, wrap.format(RFC_KEY)).headers("GET", URL, 1) == plain


@pytest.mark.parametrize("text", ["", "no key", base64.b64encode(b"junk").decode()])
def test_a_spoilt_key_is_a_sentence_without_the_key(text: str) -> None:
    with pytest.raises(UserError, match="Connect the account again") as caught:
        SigningKey(JWE, text).headers("GET", URL, 1)
    assert not text or text not in str(caught.value)


def test_a_key_is_not_shown() -> None:
    assert RFC_KEY not in repr(SigningKey(JWE, RFC_KEY))
    assert JWE not in repr(SigningKey(JWE, RFC_KEY))


@given(body=st.binary(max_size=100), path=st.text("abcdef/_", max_size=20))
def test_what_is_signed_verifies_and_what_is_changed_does_not(body: bytes, path: str) -> None:

    keys = Keys()
    made = keys.make()
    url, now = f"https://apiz.ebay.com:8443/{path}", int(time.time())
    signed = SigningKey(made["jwe"], made["privateKey"]).headers("POST", url, now, body)
    headers = {name.lower(): value for name, value in signed.items()} | {
        "host": "apiz.ebay.com:8443"
    }
    request = Request(0, "POST", f"/{path}", {}, {}, headers, body)

    assert keys.complaint(request) == ""
    assert keys.complaint(replace(request, path=f"/{path}x")) != ""
    assert keys.complaint(replace(request, method="PUT")) != ""
    if body:
        assert keys.complaint(replace(request, body=body + b"x")) != ""


def test_ports_of_the_scheme_are_left_out() -> None:
    assert derived("GET", "https://Apiz.eBay.com:443/a?b=c") == {
        "@method": "GET",
        "@path": "/a",
        "@authority": "apiz.ebay.com",
    }
    assert derived("GET", "http://127.0.0.1:8080/a")["@authority"] == "127.0.0.1:8080"
    assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
