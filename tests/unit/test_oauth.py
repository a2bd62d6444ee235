"""OAuth over real HTTP: what is sent, what becomes of each answer, and that no secret leaks."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.fakes import faults
from helpers.fakes.faults import Fault
from helpers.fakes.oauth import ACCESS, CLIENT_ID, CLIENT_SECRET, REFRESH, FakeOAuth
from soleflip_desktop.connectors.base import ApiOptions, NotSentError
from soleflip_desktop.connectors.oauth import OAuthLogin, OtherAddressError, parse_redirect
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.sync import LoginNeededError

STOCKX_LIKE = OAuthLogin(
    "Acme",
    "/authorize",
    "/oauth/token",
    "offline_access openid",
    audience="gate.example",
    pkce=True,
)
EBAY_LIKE = OAuthLogin(
    "Bay", "/authorize", "/oauth/token", "https://x.example/scope", basic=True, token_at_base=True
)
APPLICATION = {
    "client_id": CLIENT_ID,
    "client_secret": CLIENT_SECRET,
    "redirect_uri": "http://localhost:8765/callback",
    "api_key": "planted-api-key",
}
LOGGED_IN = {**APPLICATION, "refresh_token": REFRESH, "expires_at": "5"}


@pytest.fixture
def fake() -> Iterator[FakeOAuth]:
    with FakeOAuth() as server:
        yield server


def options(fake: FakeOAuth) -> ApiOptions:
    return ApiOptions(fake.url, fake.url)


def log_in(fake: FakeOAuth, login: OAuthLogin, state: str = "s", verifier: str = "v" * 43) -> str:
    address = login.authorize_url(APPLICATION, options(fake), state, verifier)
    return parse_redirect(httpx.get(address).headers["location"], state)


def refresh(
    fake: FakeOAuth, credentials: Mapping[str, str], login: OAuthLogin = STOCKX_LIKE
) -> dict[str, str]:
    return dict(asyncio.run(login.refresh(credentials, options(fake))))


@pytest.mark.parametrize("login", [STOCKX_LIKE, EBAY_LIKE], ids=["stockx", "ebay"])
def test_code_becomes_tokens(fake: FakeOAuth, login: OAuthLogin) -> None:
    code = log_in(fake, login)
    assert code == "v^1.1#i^1#0"
    renewed = asyncio.run(login.exchange(APPLICATION, options(fake), code, "v" * 43))
    assert renewed["access_token"] == f"{ACCESS}-1"
    assert renewed["refresh_token"] == f"{REFRESH}-1"
    assert int(renewed["expires_at"]) - time.time() == pytest.approx(43200, abs=60)
    assert renewed.items() >= APPLICATION.items()
    assert "id_token" not in renewed


def test_authorise_address_asks_as_stockx_wants_it(fake: FakeOAuth) -> None:
    address = STOCKX_LIKE.authorize_url(APPLICATION, options(fake), "the-state", "v" * 43)
    query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert query.pop("code_challenge")
    assert query == {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "http://localhost:8765/callback",
        "scope": "offline_access openid",
        "audience": "gate.example",
        "state": "the-state",
        "code_challenge_method": "S256",
    }
    assert "planted" not in address


def test_forms_of_both_kinds(fake: FakeOAuth) -> None:
    refresh(fake, LOGGED_IN)
    refresh(fake, LOGGED_IN, EBAY_LIKE)
    in_form, by_basic = fake.requests("/oauth/token")
    assert in_form.headers["content-type"] == "application/x-www-form-urlencoded"
    assert in_form.form() == {
        "grant_type": "refresh_token",
        "refresh_token": REFRESH,
        "audience": "gate.example",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    assert by_basic.form() == {"grant_type": "refresh_token", "refresh_token": REFRESH}
    assert by_basic.headers["authorization"].startswith("Basic ")


def test_verifier_of_another_login_is_refused(fake: FakeOAuth) -> None:
    code = log_in(fake, STOCKX_LIKE)
    with pytest.raises(LoginNeededError, match="Start the log-in again"):
        asyncio.run(STOCKX_LIKE.exchange(APPLICATION, options(fake), code, "w" * 43))


def test_refresh_token_is_kept_or_replaced(fake: FakeOAuth) -> None:
    assert refresh(fake, LOGGED_IN)["refresh_token"] == REFRESH
    fake.rotates = True
    assert refresh(fake, LOGGED_IN)["refresh_token"] == f"{REFRESH}-2"


@pytest.mark.parametrize("seconds", ["7200", 7200])
def test_life_is_read_from_text_and_number(fake: FakeOAuth, seconds: object) -> None:
    fake.expires_in = seconds
    left = int(refresh(fake, LOGGED_IN)["expires_at"]) - time.time()
    assert left == pytest.approx(7200, abs=60)


@pytest.mark.parametrize("seconds", [None, "soon", -1, 1.5, "9" * 30, [], "٣"])
def test_an_unknown_life_is_left_open(fake: FakeOAuth, seconds: object) -> None:
    fake.expires_in = seconds
    assert refresh(fake, LOGGED_IN)["expires_at"] == ""


@pytest.mark.parametrize("code", [400, 403])
def test_revoked_login_is_said_in_words_without_secrets(fake: FakeOAuth, code: int) -> None:
    fake.revoked = True
    if code == 400:
        fake.faults.add(faults.status(400, {"error": "invalid_grant"}))
    with pytest.raises(LoginNeededError, match="Connect the account again") as caught:
        refresh(fake, LOGGED_IN)
    assert_no_secret(caught.value)


def test_wrong_client_secret_names_the_remedy(fake: FakeOAuth) -> None:
    with pytest.raises(LoginNeededError, match="Check the client ID") as caught:
        refresh(fake, {**LOGGED_IN, "client_secret": "planted-other"})
    assert_no_secret(caught.value)


def test_a_server_that_quotes_secrets_is_not_quoted(fake: FakeOAuth) -> None:
    said = f"token {REFRESH} of {CLIENT_SECRET} is “odd”"
    fake.faults.add(faults.status(400, {"error": "odd_grant", "error_description": said}))
    with pytest.raises(LoginNeededError, match="is “odd”") as caught:
        refresh(fake, LOGGED_IN)
    assert_no_secret(caught.value)


@pytest.mark.parametrize(
    "fault",
    [
        faults.html(503),
        faults.html(200),
        faults.html(403),
        faults.status(500, {"error": "server_error"}),
        faults.status(200, {"error": "odd"}),
        faults.status(403, {"message": "blocked by a gateway"}),
        faults.status(200, []),
        faults.status(200, {"access_token": "line\nbreak"}),
        faults.no_content(),
        faults.status(302, None, Location="https://x.example"),
        faults.drop_before(),
        faults.half_body(),
    ],
    ids=[
        "503",
        "html-200",
        "html-403",
        "500",
        "error-200",
        "gateway",
        "list",
        "line",
        "204",
        "302",
        "drop",
        "half",
    ],
)
def test_junk_means_later(fake: FakeOAuth, fault: Fault) -> None:
    fake.faults.add(fault)
    with pytest.raises(NotSentError) as caught:
        refresh(fake, LOGGED_IN)
    assert_no_secret(caught.value)


def test_pace_is_told(fake: FakeOAuth) -> None:
    fake.faults.add(faults.too_many(retry_after=7))
    with pytest.raises(NotSentError) as caught:
        refresh(fake, LOGGED_IN)
    assert caught.value.retry_after_s == 7


def test_no_connection_means_later() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for address in (url, "no address at all", "http://[::"):
        with pytest.raises(NotSentError, match="online") as caught:
            asyncio.run(STOCKX_LIKE.refresh(LOGGED_IN, ApiOptions(address, address)))
        assert_no_secret(caught.value)


def test_without_a_refresh_token_nothing_is_asked(fake: FakeOAuth) -> None:
    with pytest.raises(LoginNeededError):
        refresh(fake, APPLICATION)
    assert fake.requests() == []


def test_nothing_secret_is_logged(fake: FakeOAuth, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    fake.revoked = True
    with pytest.raises(LoginNeededError):
        refresh(fake, LOGGED_IN)
    assert "planted" not in caplog.text


def assert_no_secret(error: BaseException) -> None:
    """Neither in what is printed nor in what a crash dialog could find along the chain."""
    assert "planted" not in "".join(traceback.format_exception_only(error))
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "planted" not in repr(vars(error))


CALLBACK = "http://localhost:8765/callback"


@pytest.mark.parametrize(
    "address",
    [
        f"{CALLBACK}?code=the%2Fcode&state=s",
        f"  {CALLBACK}?state=s&code=the%2Fcode\n",
        "localhost:8765/callback?code=the%2Fcode&state=s",
        "/callback?code=the%2Fcode&state=s",
        f"{CALLBACK}?code=the%2\nFcode&state=s#",
        (
            "https://auth2.ebay.com/oauth2/ThirdPartyAuthSucessFailure?isAuthSuccessful=true"
            "&code=the%2Fcode&expires_in=299"
        ),
        (
            "auth2.ebay.com/oauth2/ThirdPartyAuthSucessFailure?isAuthSuccessful=true&state=s"
            "&code=the%2Fcode"
        ),
    ],
)
def test_code_of_a_redirect(address: str) -> None:
    assert parse_redirect(address, "s") == "the/code"


@pytest.mark.parametrize(
    "address",
    [
        f"{CALLBACK}?code=x&state=other",
        f"{CALLBACK}?code=x",
        f"{CALLBACK}?code=x&state=",
        f"{CALLBACK}?code=x&state=ß",
        "https://ebay.com.evil.example/oauth2/ThirdPartyAuthSucessFailure?code=x",
        "https://auth2.ebay.com/oauth2/ThirdPartyAuthSucessFailure?code=x&state=other",
    ],
)
def test_address_of_another_login(address: str) -> None:
    with pytest.raises(OtherAddressError, match="does not belong"):
        parse_redirect(address, "s")


def test_an_empty_state_fits_nothing() -> None:
    with pytest.raises(OtherAddressError, match="does not belong"):
        parse_redirect(f"{CALLBACK}?code=x&state=", "")


@pytest.mark.parametrize(
    "address", ["", "v^1.1#i^1", CALLBACK, f"{CALLBACK}?state=s", "http://[x?code=1&state=s"]
)
def test_no_code(address: str) -> None:
    with pytest.raises(OtherAddressError, match="holds no log-in code"):
        parse_redirect(address, "s")


def test_refusal_is_told() -> None:
    with pytest.raises(UserError, match=r"refused: User did not agree\. Start"):
        parse_redirect(
            f"{CALLBACK}?error=access_denied&error_description=User%20did%20not%0Aagree.&state=s",
            "s",
        )
    with pytest.raises(UserError, match="refused: access_denied"):
        parse_redirect(f"{CALLBACK}?error=access_denied&state=s", "s")
    with pytest.raises(UserError, match="access was not granted"):
        parse_redirect(
            "https://auth2.ebay.com/oauth2/ThirdPartyAuthSucessFailure?isAuthSuccessful=false", "s"
        )


@given(st.text(), st.text(max_size=5))
def test_any_text_is_a_code_or_a_sentence(address: str, state: str) -> None:
    for text in (address, f"{CALLBACK}?{address}", f"http://{address}?code=1&state={state}"):
        with suppress(UserError):
            assert parse_redirect(text, state)


@given(st.text(min_size=1), st.text(min_size=1))
def test_every_code_survives_its_way(code: str, state: str) -> None:
    address = str(httpx.URL(CALLBACK, params={"code": code, "state": state}))
    assert parse_redirect(address, state) == code
