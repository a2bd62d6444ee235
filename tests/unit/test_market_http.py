"""connectors/http.py and tokens.py over real HTTP: what is repeated, what is not, what is told."""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

import pytest

from helpers.fakes import faults
from helpers.fakes.faults import Reply, Request
from helpers.fakes.gate import OpenGate, Saved
from helpers.fakes.server import FakeServer, route
from soleflip_desktop.connectors.base import (
    REQUESTS,
    AnswerLostError,
    Credentials,
    NotSentError,
    NotThereError,
    RefusedError,
    Traffic,
)
from soleflip_desktop.connectors.http import (
    ATTEMPTS,
    LONGEST_RETRY_AFTER_S,
    PATIENCE_S,
    Answer,
    Call,
    HttpClient,
    retry_after_s,
    told_reason,
)
from soleflip_desktop.connectors.tokens import MARGIN_S, BearerTokens, expiry
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import LoginNeededError

T = TypeVar("T")
_RULE = Rule(REQUESTS)
_READ, _WRITE = Call("GET", "things/1"), Call("POST", "things", body={"a": 1})
_NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


class Things(FakeServer):
    """A host that knows one thing, whoever has the good token."""

    good = "planted-1"
    made = 0

    @route("GET", "/v/things/{number}")
    def thing(self, request: Request) -> Any:
        return self._refused(request) or {"number": request.parts["number"], "price": 12.10}

    @route("POST", "/v/things")
    def make(self, request: Request) -> Any:
        refused = self._refused(request)
        if refused is None:
            self.made += 1
        return refused or Reply(201, request.json())

    def _refused(self, request: Request) -> Reply | None:
        token = request.headers["authorization"]
        fine = token == f"Bearer {self.good}"
        return None if fine else Reply(401, {"message": f"bad {token} of {request.headers['x-k']}"})


class Desk:
    """A client of a host, with what it saved, waited and renewed."""

    def __init__(self, host: FakeServer, **credentials: str) -> None:
        self.gate, self.saved, self.traffic = OpenGate(), Saved(), Traffic()
        self.renewals = 0
        self.renewed: Mapping[str, str] = {"access_token": "planted-1"}
        given = {"access_token": "planted-1", "api_key": "planted-key", **credentials}
        self.tokens = BearerTokens(
            given,
            name="Acme",
            refresh=self._renew,
            save=self.saved,
            extra=lambda known: {"X-K": known["api_key"]},
        )
        self.client = HttpClient(
            "Acme",
            f"{host.url}/v",
            gate=self.gate,
            rule=_RULE,
            tokens=self.tokens,
            traffic=self.traffic,
            scale=10_000,
        )

    async def _renew(self, credentials: Credentials) -> Credentials:
        self.renewals += 1
        await asyncio.sleep(0.02)
        return {**credentials, **self.renewed}

    def run(self, act: Callable[[HttpClient], Awaitable[T]]) -> T:
        async def run() -> T:
            try:
                return await act(self.client)
            finally:
                await self.client.aclose()

        return asyncio.run(run())

    def request(self, call: Call) -> Any:
        return self.run(lambda client: client.request(call))


def test_amounts_stay_exact() -> None:
    with Things() as host:
        answer = Desk(host).request(_READ).json()
        assert (answer["number"], str(answer["price"])) == ("1", "12.1")
        assert answer["price"] != 12.1 + 0.3


@pytest.mark.parametrize(
    "fault",
    [
        faults.html(200),
        faults.html(503),
        faults.html(504),
        faults.status(500, {"message": "oops"}),
        faults.status(408),
        faults.too_many(),
        faults.too_many(2),
        faults.too_many("Mon, 05 Jan 2026 10:00:00 GMT"),
        faults.drop_before(),
        faults.drop_after(),
        faults.half_body(),
    ],
    ids=lambda fault: repr(fault)[:60],
)
def test_reads_are_repeated_until_they_succeed(fault: faults.Fault) -> None:
    with Things() as host:
        host.faults.add(fault, times=ATTEMPTS - 1)
        desk = Desk(host)
        assert desk.request(_READ).json()["number"] == "1"
        assert desk.traffic.requests == ATTEMPTS
        assert desk.gate.taken == {REQUESTS: ATTEMPTS}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.html(200), AnswerLostError),
        (faults.html(503), AnswerLostError),
        (faults.drop_before(), AnswerLostError),
        (faults.half_body(), AnswerLostError),
        (faults.too_many(1), NotSentError),
    ],
    ids=["page", "gateway", "dropped", "half", "too many"],
)
def test_reads_give_up(fault: faults.Fault, error: type[Exception]) -> None:
    with Things() as host:
        host.faults.add(fault, times=None)
        with pytest.raises(error):
            Desk(host).request(_READ)
        assert len(host.log) == ATTEMPTS


@pytest.mark.parametrize(
    ("fault", "error", "made"),
    [
        (faults.html(503), AnswerLostError, 0),
        (faults.html(504, acts=True), AnswerLostError, 1),
        (faults.drop_before(), AnswerLostError, 0),
        (faults.drop_after(), AnswerLostError, 1),
        (faults.half_body(), AnswerLostError, 1),
        (faults.html(200), AnswerLostError, 0),
        (faults.status(302, Location="http://portal.invalid"), AnswerLostError, 0),
        (faults.too_many(7), NotSentError, 0),
    ],
    ids=[
        "gateway",
        "gateway acts",
        "dropped",
        "dropped after",
        "half",
        "page for data",
        "portal",
        "too many",
    ],
)
def test_writes_are_never_repeated(fault: faults.Fault, error: type[Exception], made: int) -> None:
    with Things() as host:
        host.faults.add(fault)
        with pytest.raises(error):
            Desk(host).request(_WRITE)
        assert (len(host.log), host.made) == (1, made)


def test_a_write_without_connection_was_not_sent() -> None:
    with Things() as host:
        desk = Desk(host)
    with pytest.raises(NotSentError, match="online"):
        desk.request(_WRITE)


def test_a_slow_body_is_waited_for_and_can_be_cancelled() -> None:
    async def cancelled(client: HttpClient) -> None:
        task = asyncio.create_task(client.request(_READ))
        while not host.log:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Things() as host:
        host.faults.add(faults.slow(0.02, pieces=5))
        assert Desk(host).request(_READ).json()["number"] == "1"
        host.log.clear()
        host.faults.add(faults.slow(60, pieces=2))
        Desk(host).run(cancelled)


def test_a_long_retry_after_is_told_instead_of_slept_through() -> None:
    with Things() as host:
        host.faults.add(faults.too_many(PATIENCE_S + 1), times=None)
        with pytest.raises(NotSentError) as caught:
            Desk(host).request(_READ)
        assert caught.value.retry_after_s == PATIENCE_S + 1
        assert len(host.log) == 1


def test_refusals_are_told_in_the_hosts_words() -> None:
    with Things() as host:
        host.faults.add(faults.status(422, {"errorMessage": "Too  dear."}))
        with pytest.raises(RefusedError, match=r"\(422\): Too dear\.$") as caught:
            Desk(host).request(_WRITE)
        assert caught.value.status == 422
        with pytest.raises(NotThereError):
            Desk(host).request(Call("GET", "nothing"))


def test_the_marketplaces_clock() -> None:
    with Things() as host:
        desk = Desk(host)
        ours = desk.client.server_now()
        assert abs(ours - datetime.now(UTC)) < timedelta(minutes=1)
        desk.request(_READ)
        assert abs(desk.client.server_now() - ours) < timedelta(minutes=1)
        host.faults.add(faults.status(200, {}, Date="Mon, 05 Jan 2026 10:00:00 GMT"))
        other = Desk(host)
        other.request(_READ)
        assert other.client.server_now() == _NOW


def test_nothing_and_junk() -> None:
    with Things() as host:
        host.faults.add(faults.no_content())
        assert Desk(host).request(_READ).json() is None
        host.faults.add(faults.html(200))
        with pytest.raises(AnswerLostError, match="gateway"):
            Desk(host).request(_WRITE).json()
        host.faults.add(faults.status(200, b"{half"))
        with pytest.raises(AnswerLostError, match="gateway"):
            Desk(host).request(_READ).json()


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b"1" * 5_000], ids=["endless nesting", "endless number"]
)
def test_an_answer_that_python_gives_up_on_is_junk(body: bytes) -> None:
    with pytest.raises(AnswerLostError, match="gateway"):
        Answer(200, {}, body).json()
    assert not told_reason(body)


def test_numbers_that_are_none_stay_words() -> None:
    body = b"[NaN, -Infinity, 1e99999999999999999999, 1E+2]"
    assert Answer(200, {}, body).json() == ["NaN", "-Infinity", "1e99999999999999999999", 100]


@pytest.mark.parametrize(
    "date", ["Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 05 Jan 2026 10:00:00 -0000", "junk"]
)
def test_a_strange_clock_does_no_harm(date: str) -> None:
    with Things() as host:
        host.faults.add(faults.status(200, {}, Date=date))
        desk = Desk(host)
        desk.request(_READ)
        assert desk.client.server_now() == _NOW or "2026 10" not in date


def test_a_secret_is_not_shown_in_another_spelling() -> None:
    with Things() as host:
        host.good = "planted/1"
        host.faults.add(faults.status(400, b'{"message":"bad planted\\/1"}'))
        desk = Desk(host, access_token="planted/1")
        with pytest.raises(RefusedError) as caught:
            desk.request(_READ)
        assert "planted" not in str(caught.value)


def test_what_a_call_takes_beside_its_request() -> None:
    with Things() as host:
        desk = Desk(host)
        desk.request(Call("POST", "things", body={}, extra=(Rule("items"), 40)))
        assert desk.gate.taken == {REQUESTS: 1, "items": 40}


def test_a_refused_token_is_renewed_once_and_saved_before_it_is_used() -> None:
    with Things() as host:
        desk = Desk(host, access_token="planted-old")
        assert desk.request(_WRITE).status == 201
        assert (desk.renewals, host.made, len(host.log)) == (1, 1, 2)
        assert desk.saved.credentials[-1]["access_token"] == "planted-1"


def test_ten_requests_renew_once() -> None:
    async def ten(client: HttpClient) -> list[Any]:
        return await asyncio.gather(*(client.request(_READ) for _ in range(10)))

    with Things() as host:
        for credentials in ({"access_token": "planted-old"}, {"expires_at": "12"}):
            desk = Desk(host, **credentials)
            desk.renewed = {"access_token": "planted-1", "expires_at": expiry(43_200)}
            assert len(desk.run(ten)) == 10
            assert (desk.renewals, len(desk.saved.credentials)) == (1, 1)


def test_a_token_that_is_still_refused_needs_a_login() -> None:
    with Things() as host:
        desk = Desk(host, access_token="planted-old")
        desk.renewed = {"access_token": "planted-bad"}
        with pytest.raises(LoginNeededError, match="Connect the account again"):
            desk.request(_READ)
        assert (desk.renewals, len(host.log)) == (1, 2)


def test_a_token_that_lasts_cannot_be_renewed() -> None:
    async def nobody(_credentials: Credentials) -> None: ...

    tokens = BearerTokens({"access_token": "planted"}, name="Acme", refresh=None, save=nobody)
    with pytest.raises(LoginNeededError, match="Make a new one"):
        asyncio.run(tokens.renew({"Authorization": "Bearer planted"}))


@pytest.mark.parametrize(
    ("left_s", "renewals"), [(MARGIN_S + 60, 0), (MARGIN_S - 60, 1), (-3600, 1), (None, 0)]
)
def test_tokens_are_renewed_before_they_expire(left_s: int | None, renewals: int) -> None:
    expires_at = "" if left_s is None else str(int(time.time()) + left_s)
    with Things() as host:
        desk = Desk(host, expires_at=expires_at)
        desk.renewed = {"expires_at": expiry(43_200)}
        desk.request(_READ)
        assert desk.renewals == renewals


def test_a_short_life_does_not_mean_a_renewal_each_time() -> None:
    async def thrice(client: HttpClient) -> None:
        for _ in range(3):
            await client.request(_READ)

    with Things() as host:
        desk = Desk(host, access_token="")
        desk.renewed = {"access_token": "planted-1", "expires_at": expiry(MARGIN_S // 2)}
        desk.run(thrice)
        assert desk.renewals == 1


def test_no_secret_in_logs_errors_and_reprs(caplog: pytest.LogCaptureFixture) -> None:
    """The host repeats the token in its answer, as some do."""
    caplog.set_level(logging.DEBUG)
    with Things() as host:
        desk = Desk(host)
        said = {"message": "no Bearer planted-1 with planted-key"}
        host.faults.add(faults.status(400, said))
        with pytest.raises(RefusedError) as caught:
            desk.request(_READ)
        host.faults.add(faults.drop_before())
        with pytest.raises(AnswerLostError) as lost:
            Desk(host).request(_WRITE)
    told = "".join(traceback.format_exception(caught.value))
    told += "".join(traceback.format_exception(lost.value))
    told += f"{caught.value!r} {caught.value.body} {desk.tokens!r} {desk.client!r}"
    assert "[secret]" in caught.value.body
    for secret in ("planted-1", "planted-key"):
        assert secret not in told
        assert secret not in caplog.text


@pytest.mark.parametrize("key", ["planted\nkey", "“planted”"])
def test_a_badly_copied_key_is_told_without_showing_it(key: str) -> None:
    with Things() as host:
        with pytest.raises(LoginNeededError, match="Copy it anew") as caught:
            Desk(host, api_key=key).request(_READ)
        assert "planted" not in str(caught.value)
        assert not host.log


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("0", 0),
        (" 17 ", 17),
        ("9" * 5_000, LONGEST_RETRY_AFTER_S),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER_S),
        (format_datetime(_NOW + timedelta(seconds=30), usegmt=True), 31),
        (format_datetime(_NOW - timedelta(hours=1), usegmt=True), 0),
    ],
)
def test_retry_after(header: str | None, seconds: int | None) -> None:
    assert retry_after_s(header, _NOW) == seconds


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"statusCode":429,"message":"Too Many Requests"}', "Too Many Requests"),
        (b'{"errorMessage":"Unauthorized"}', "Unauthorized"),
        (b'{"errors":[{"longMessage":"A."},{"message":"B"}]}', "A; B"),
        (b'{"error":"invalid_grant","error_description":"gone"}', "gone"),
        (b"<html>", ""),
        (b"[1]", ""),
        (b"", ""),
        (b"\xff\xfe", ""),
    ],
)
def test_told_reason(body: bytes, reason: str) -> None:
    assert told_reason(body) == reason
