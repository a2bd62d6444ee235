"""Logging in at eBay: form, Basic, RuName; and that no secret gets where it does not belong."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from helpers.ebay_runs import run
from helpers.fakes import faults
from helpers.fakes.ebay import FakeEbay
from helpers.fakes.ebay_books import order, sale
from helpers.fakes.ebay_login import CODE, RUNAME
from helpers.fakes.gate import Saved
from soleflip_desktop.connectors.base import ApiOptions, NotSentError, RefusedError
from soleflip_desktop.connectors.ebay.auth import LOGIN, application_token
from soleflip_desktop.connectors.ebay.marketplace import (
    DEFAULT_AUTH_URL,
    DEFAULT_BASE_URL,
    open_api,
)
from soleflip_desktop.domain.sync import LoginNeededError

OPTIONS = ApiOptions(DEFAULT_BASE_URL, DEFAULT_AUTH_URL)


def test_the_user_agrees_at_ebay_to_what_is_needed() -> None:
    with FakeEbay() as fake:
        address = urlsplit(LOGIN.authorize_url(fake.credentials(), OPTIONS, "state-1", "unused"))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}

    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        "https://auth.ebay.com/oauth2/authorize"
    )
    assert (query["redirect_uri"], query["state"]) == (RUNAME, "state-1")
    assert {scope.rpartition("/")[2] for scope in query["scope"].split()} == {
        "api_scope",
        "sell.inventory",
        "sell.fulfillment",
        "sell.finances",
    }
    assert "code_challenge" not in query


def test_code_and_refresh_token_become_tokens() -> None:
    with FakeEbay() as fake:
        bare = {**fake.credentials(fresh=False), "refresh_token": ""}
        first = asyncio.run(LOGIN.exchange(bare, fake.options(), CODE, ""))
        second = asyncio.run(LOGIN.refresh(first, fake.options()))

    assert first["refresh_token"] == second["refresh_token"] == fake.refresh_token
    assert first["access_token"] != second["access_token"]
    assert int(second["expires_at"]) > 0


def test_a_used_up_code_is_told() -> None:
    with FakeEbay() as fake, pytest.raises(LoginNeededError, match="used up or too old"):
        asyncio.run(LOGIN.exchange(fake.credentials(), fake.options(), "other", ""))


def test_the_applications_own_token() -> None:
    with FakeEbay() as fake:
        token = asyncio.run(application_token(fake.credentials(), fake.options()))
        assert "#app-" in token
        wrong = {**fake.credentials(), "client_secret": "planted-secret"}
        with pytest.raises(LoginNeededError, match="client secret") as caught:
            asyncio.run(application_token(wrong, fake.options()))
        for trouble in (faults.drop_before(), faults.html(503), faults.html(200)):
            fake.faults.add(trouble, path="/identity")
            with pytest.raises(NotSentError):
                asyncio.run(application_token(fake.credentials(), fake.options()))
    assert "planted-secret" not in str(caught.value)


def test_no_secret_is_logged_or_shown(caplog: pytest.LogCaptureFixture) -> None:
    saved = Saved()
    with FakeEbay() as fake, caplog.at_level(logging.DEBUG):
        fake.needs_signature = True
        sold = order("11-1", datetime.now(UTC) - timedelta(days=1))
        fake.add_order(sold, sale(sold))
        shown = []
        fake.faults.add(faults.status(400, {"errors": [{"message": "no"}]}), path="/order$")
        try:
            run(fake, lambda api: api.orders(None, None), saved=saved)
        except RefusedError as error:
            shown.append(repr(error) + str(error))
        run(fake, lambda api: api.orders(None, None), saved=saved)
        credentials = fake.credentials()
        api = open_api(credentials, fake.options(), gate=_NoGate(), save=saved)
        shown.append(repr(vars(api)) + repr(api))
        asyncio.run(api.aclose())
    text = caplog.text + "".join(shown)

    for name in ("client_secret", "refresh_token", "access_token"):
        assert credentials[name] not in text
    assert saved.credentials[-1]["signing_private_key"] not in text


class _NoGate:
    async def wait(self, rule: object, count: int = 1) -> None:
        raise AssertionError


def test_key_and_payouts_are_asked_for_at_ebays_other_host() -> None:
    saved = Saved()
    api = open_api({"client_id": "1"}, OPTIONS, gate=_NoGate(), save=saved)
    there = open_api(
        {"client_id": "1"}, replace(OPTIONS, base_url="http://x/"), gate=_NoGate(), save=saved
    )

    assert api._client._apiz_url == "https://apiz.ebay.com"
    assert there._client._apiz_url == "http://x"
    asyncio.run(api.aclose())
    asyncio.run(there.aclose())
