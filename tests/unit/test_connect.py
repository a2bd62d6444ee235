"""Connecting an account over real HTTP: browser, port, pasted address, proof, and what is kept."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import httpx
import pytest

from helpers.fakes.alias import TOKEN, FakeAlias
from helpers.fakes.gate import OpenGate
from helpers.fakes.oauth import ACCESS, CLIENT_ID, CLIENT_SECRET, REFRESH, FakeOAuth
from helpers.in_memory_store import InMemoryStore
from soleflip_desktop.connectors.alias.marketplace import open_api
from soleflip_desktop.connectors.base import ApiOptions, Credentials, MarketplaceApi
from soleflip_desktop.connectors.oauth import OAuthLogin, OtherAddressError
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.sync import Account, AccountSettings, LoginNeededError
from soleflip_desktop.settings.vault import Vault
from soleflip_desktop.sync import connect
from soleflip_desktop.sync.connect import Connecting
from soleflip_desktop.sync.loopback import loopback_address
from soleflip_desktop.ui.common.sync_doors import ConnectFlow

LOGIN = OAuthLogin("Acme", "/authorize", "/oauth/token", "openid", pkce=True)
SETTINGS = AccountSettings(currency="USD")


@dataclass
class Book:
    """An AccountBook in memory."""

    added: list[tuple[Marketplace, str, str]] = field(default_factory=list)
    error: UserError | None = None
    refs: dict[int, str] = field(default_factory=dict)
    changed: list[tuple[int, bool]] = field(default_factory=list)

    async def add(
        self, marketplace: Marketplace, label: str, settings: AccountSettings, keyring_ref: str
    ) -> Account:
        if self.error is not None:
            raise self.error
        self.added.append((marketplace, label, keyring_ref))
        self.refs.setdefault(len(self.added), keyring_ref)
        return Account(len(self.added), marketplace, label, settings)

    async def change(self, account_id: int, settings: AccountSettings, *, active: bool) -> None:
        self.changed.append((account_id, active))

    async def keyring_ref(self, account_id: int) -> str:
        return self.refs[account_id]


@dataclass
class Api:
    """The two methods that a proof needs; `renewed` are credentials it saves on the way."""

    credentials: Credentials
    save: Save
    renewed: Credentials | None = None
    error: UserError | None = None
    checking: threading.Event | None = None
    loop: asyncio.AbstractEventLoop | None = None
    closed: int = 0

    async def check(self) -> str:
        self.loop = asyncio.get_running_loop()
        if self.checking is not None:
            self.checking.set()
            await asyncio.Event().wait()
        if self.renewed is not None:
            await self.save({**self.credentials, **self.renewed})
        if self.error is not None:
            raise self.error
        return "acme"

    async def aclose(self) -> None:
        self.closed += 1


@dataclass
class Desk:
    """All that a log-in is given, and what came of it."""

    fake: FakeOAuth
    store: InMemoryStore = field(default_factory=InMemoryStore)
    book: Book = field(default_factory=Book)
    apis: list[Api] = field(default_factory=list)
    error: UserError | None = None
    renewed: Credentials | None = None
    checking: threading.Event | None = None

    def flow(
        self,
        marketplace: Marketplace = Marketplace.STOCKX,
        account_id: int | None = None,
    ) -> Connecting:
        return Connecting(
            marketplace,
            login=None if marketplace is Marketplace.ALIAS else LOGIN,
            open_api=self.open_api,
            options=lambda settings: ApiOptions(self.fake.url, self.fake.url, settings.currency),
            vault=Vault(self.store, {}),
            accounts=self.book,
            account_id=account_id,
        )

    def open_api(self, credentials: Credentials, options: ApiOptions, save: Save) -> MarketplaceApi:
        assert options.currency == "USD"
        self.apis.append(Api(credentials, save, self.renewed, self.error, self.checking))
        return cast("MarketplaceApi", self.apis[-1])

    def kept(self, ref: str) -> dict[str, str] | None:
        return Vault(self.store, {}).load(ref)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with FakeOAuth() as fake:
        yield Desk(fake)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def application(redirect_uri: str = "https://acme.example/back") -> dict[str, str]:
    return {
        "api_key": "planted-api-key ",
        "client_id": CLIENT_ID,
        "client_secret": f" {CLIENT_SECRET}\n",
        "redirect_uri": redirect_uri,
        "refresh_token": "",
    }


async def agree(address: str) -> str:
    """Where the browser is sent once the user agreed."""
    async with httpx.AsyncClient() as client:
        return str((await client.get(address)).headers["location"])


async def browse(address: str) -> tuple[str, httpx.Response | None]:
    """What the user's browser does: agrees, and goes where it is sent, if anything is there."""
    back = await agree(address)
    async with httpx.AsyncClient() as client:
        try:
            return back, await client.get(back)
        except httpx.ConnectError:
            return back, None


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_browser_comes_back_to_our_port(desk: Desk, port: int, host: str) -> None:
    async def run() -> None:
        flow: ConnectFlow = desk.flow()
        address = await flow.start(application(f"http://{host}:{port}/callback"))
        waiting = asyncio.create_task(flow.wait())
        _back, page = await browse(address)
        assert page is not None
        assert "You can close this window" in page.text
        assert "v^1.1" not in page.text
        await waiting
        assert await flow.finish("main", SETTINGS) == 1
        with pytest.raises(httpx.ConnectError):
            await agree(f"http://{host}:{port}/callback")

    asyncio.run(run())
    ((marketplace, label, ref),) = desk.book.added
    assert (marketplace, label) == (Marketplace.STOCKX, "main")
    kept = desk.kept(ref)
    assert kept is not None
    assert kept.pop("expires_at")
    assert kept == {
        "api_key": "planted-api-key",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": f"http://{host}:{port}/callback",
        "access_token": f"{ACCESS}-1",
        "refresh_token": f"{REFRESH}-1",
    }
    assert desk.apis[0].closed == 1


def test_pasted_address(desk: Desk) -> None:
    async def run() -> None:
        flow = desk.flow(Marketplace.EBAY)
        address = await flow.start(application("Acme-Runner-x-abc"))
        waiting = asyncio.create_task(flow.wait())
        back = await agree(address)
        with pytest.raises(OtherAddressError):
            await flow.paste(back.replace("state=", "state=x"))
        assert not waiting.done()
        await flow.paste(f" {back} ")
        await waiting
        await flow.finish("bay", SETTINGS)

    asyncio.run(run())
    assert desk.kept(desk.book.added[0][2])


def test_our_port_answers_one_path_and_only_our_login(desk: Desk, port: int) -> None:
    async def run() -> None:
        flow = desk.flow()
        address = await flow.start(application(f"http://127.0.0.1:{port}/callback"))
        ours = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient() as client:
            for target in ("/", "/favicon.ico", "/callback/more?code=1", "/callbac"):
                assert (await client.get(ours + target)).status_code == 404
            assert (await client.post(f"{ours}/callback?code=1")).status_code == 404
            for query in ("", "?code=stolen", "?code=stolen&state=guess", "?error=x&state=guess"):
                assert (await client.get(f"{ours}/callback{query}")).status_code == 400
        _back, page = await browse(address)
        assert page is not None
        assert page.status_code == 200
        await flow.wait()
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert desk.fake.granted == 1


def test_junk_on_our_port_does_no_harm(desk: Desk, port: int) -> None:
    async def run() -> None:
        flow = desk.flow()
        await flow.start(application(f"http://127.0.0.1:{port}/callback"))
        for junk in (b"", b"\r\n\r\n", b"GET\r\n\r\n", b"\xff\x00 \xfe\r\n\r\n", b"x" * 70_000):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(junk)
            writer.write_eof()
            try:
                assert not (await reader.read()).startswith(b"HTTP/1.1 200")
            except ConnectionError:
                assert len(junk) > 65_000
            writer.close()
        idle_reader, idle_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0)
        await flow.cancel()
        assert await idle_reader.read() == b""
        idle_writer.close()

    asyncio.run(run())


def test_refusal_in_the_browser(desk: Desk, port: int) -> None:
    async def run() -> None:
        flow = desk.flow()
        address = await flow.start(application(f"http://127.0.0.1:{port}/callback"))
        state = httpx.URL(address).params["state"]
        query = {"error": "access_denied", "error_description": "<b>No</b>", "state": state}
        async with httpx.AsyncClient() as client:
            page = await client.get(f"http://127.0.0.1:{port}/callback", params=query)
        assert "<b>" not in page.text
        with pytest.raises(UserError, match="refused: <b>No</b>"):
            await flow.wait()
        with pytest.raises(UserError, match="not finished"):
            await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert not desk.book.added


def test_taken_port_leaves_pasting(desk: Desk, port: int) -> None:
    async def run() -> None:
        flow = desk.flow()
        with socket.socket() as other:
            other.bind(("127.0.0.1", port))
            other.listen()
            address = await flow.start(application(f"http://localhost:{port}/callback"))
            with pytest.raises(UserError, match=f"Port {port} is used"):
                await flow.wait()
        waiting = asyncio.create_task(flow.wait())
        back, page = await browse(address)
        assert page is None
        assert not waiting.done()
        await flow.paste(back)
        await waiting
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert len(desk.book.added) == 1


def test_browser_that_never_comes_back(
    desk: Desk, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "PATIENCE_S", 0)

    async def run() -> None:
        flow = desk.flow()
        await flow.start(application(f"http://127.0.0.1:{port}/callback"))
        with pytest.raises(UserError, match="within ten minutes"):
            await flow.wait()

    asyncio.run(run())


def test_every_start_has_its_own_state(desk: Desk, port: int) -> None:
    async def run() -> None:
        flow = desk.flow()
        given = application(f"http://127.0.0.1:{port}/callback")
        first = httpx.URL(await flow.start(given)).params
        second = httpx.URL(await flow.start(given)).params
        assert first["state"] != second["state"]
        assert first["code_challenge"] != second["code_challenge"]
        await flow.cancel()

    asyncio.run(run())


def test_refresh_token_needs_no_browser(desk: Desk) -> None:
    desk.renewed = {"access_token": f"{ACCESS}-new", "refresh_token": f"{REFRESH}-new"}

    async def run() -> None:
        flow = desk.flow()
        given = {**application(""), "refresh_token": REFRESH}
        assert await flow.start(given) == ""
        await flow.wait()
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    kept = desk.kept(desk.book.added[0][2])
    assert kept is not None
    assert (kept["access_token"], kept["refresh_token"]) == (f"{ACCESS}-new", f"{REFRESH}-new")
    assert desk.apis[0].credentials["refresh_token"] == REFRESH


def test_what_is_refused_is_not_kept(desk: Desk) -> None:
    desk.error = LoginNeededError("Not accepted.")

    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS)
        await flow.start({"access_token": "planted-token"})
        with pytest.raises(LoginNeededError):
            await flow.finish("main", SETTINGS)
        assert (desk.book.added, desk.store.secrets, desk.apis[0].closed) == ([], {}, 1)
        desk.error = None
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert desk.kept(desk.book.added[0][2]) == {"access_token": "planted-token"}


def test_a_proof_that_is_given_up_is_closed_and_keeps_nothing(desk: Desk) -> None:
    """On a loop beside the window's, which does not end what httpx leaves midway."""
    desk.checking = checking = threading.Event()

    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS)
        await flow.start({"access_token": "planted-token"})
        finishing = asyncio.create_task(flow.finish("main", SETTINGS))
        assert await asyncio.to_thread(checking.wait, 10)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
        assert desk.apis[0].loop is not asyncio.get_running_loop()

    asyncio.run(run())
    assert (desk.book.added, desk.store.secrets, desk.apis[0].closed) == ([], {}, 1)


def test_a_code_is_used_once_even_where_the_proof_fails(desk: Desk) -> None:
    desk.error = LoginNeededError("Later.")

    async def run() -> None:
        flow = desk.flow(Marketplace.EBAY)
        address = await flow.start(application("RuName"))
        await flow.paste(await agree(address))
        with pytest.raises(LoginNeededError):
            await flow.finish("main", SETTINGS)
        desk.error = None
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert desk.fake.granted == 1


def test_an_account_that_cannot_be_added_leaves_no_secret(desk: Desk) -> None:
    desk.book.error = UserError("This label is taken.")

    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS)
        await flow.start({"access_token": "planted-token"})
        with pytest.raises(UserError, match="taken"):
            await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert desk.store.secrets == {}


def test_an_account_of_that_label_keeps_the_name_of_its_secrets(desk: Desk) -> None:
    desk.book.refs[1] = "account-of-old"

    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS)
        await flow.start({"access_token": "planted-token"})
        await flow.finish("main", SETTINGS)

    asyncio.run(run())
    assert desk.kept("account-of-old") == {"access_token": "planted-token"}
    assert desk.kept(desk.book.added[0][2]) is None


def test_new_login_of_an_account(desk: Desk) -> None:
    desk.book.refs[7] = "account-7"

    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS, account_id=7)
        await flow.start({"access_token": " planted-token\n"})
        await flow.wait()
        assert await flow.finish("", SETTINGS) == 7

    asyncio.run(run())
    assert desk.book.added == []
    assert desk.book.changed == [(7, True)]
    assert desk.kept("account-7") == {"access_token": "planted-token"}


def test_alias_with_its_real_connector(desk: Desk) -> None:
    async def run(fake: FakeAlias) -> None:
        def open_real(credentials: Credentials, options: ApiOptions, save: Save) -> MarketplaceApi:
            return open_api(credentials, options, gate=OpenGate(), save=save)

        flow = Connecting(
            Marketplace.ALIAS,
            login=None,
            open_api=open_real,
            options=lambda _: ApiOptions(fake.api_url, fake.url),
            vault=Vault(desk.store, {}),
            accounts=desk.book,
        )
        await flow.start({"access_token": "planted-wrong-token"})
        with pytest.raises(LoginNeededError, match="Make a new one"):
            await flow.finish("main", SETTINGS)
        assert (desk.store.secrets, desk.book.added) == ({}, [])
        await flow.start({"access_token": f" {TOKEN} "})
        await flow.finish("main", SETTINGS)

    with FakeAlias() as fake:
        asyncio.run(run(fake))
    assert desk.kept(desk.book.added[0][2]) == {"access_token": TOKEN}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"client_id": " "}, "Client ID is missing"),
        ({"api_key": ""}, "API key is missing"),
        ({"redirect_uri": ""}, "Redirect URI is missing"),
        ({"redirect_uri": "localhost"}, "localhost is no address"),
        ({"client_secret": "planted secret"}, "Client secret holds a blank"),
        ({"client_secret": "planted–secret"}, "Client secret holds a blank"),
    ],
)
def test_fields_are_named(desk: Desk, change: dict[str, str], words: str) -> None:
    async def run() -> None:
        flow = desk.flow()
        with pytest.raises(UserError, match=words) as caught:
            await flow.start({**application(), **change})
        assert "planted" not in str(caught.value)

    asyncio.run(run())


def test_nothing_without_a_start(desk: Desk) -> None:
    async def run() -> None:
        flow = desk.flow()
        with pytest.raises(UserError, match="No log-in is under way"):
            await flow.finish("main", SETTINGS)
        with pytest.raises(UserError, match="No log-in is under way"):
            await flow.paste("https://x.example?code=1")
        await flow.cancel()

    asyncio.run(run())


def test_repr_shows_nothing(desk: Desk) -> None:
    async def run() -> None:
        flow = desk.flow(Marketplace.ALIAS)
        await flow.start({"access_token": "planted-token"})
        assert "planted" not in repr(flow)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("http://localhost:8765/callback", True),
        ("http://127.0.0.1/x", True),
        ("http://[::1]:80/x", True),
        ("https://localhost:8765/callback", False),
        ("http://192.168.1.2:80/", False),
        ("http://localhost:0/", False),
        ("http://localhost:x/", False),
        ("http://[", False),
        ("Acme-Runner-x", False),
    ],
)
def test_which_addresses_are_a_port_of_ours(address: str, ours: bool) -> None:  # noqa: FBT001
    assert (loopback_address(address) is not None) is ours
