"""Fetching list and installer: over real HTTP on this computer, and with answers made up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from helpers.fakes import faults
from helpers.fakes.faults import Reply, Request
from helpers.fakes.server import FakeServer, route
from helpers.update_feeds import (
    CONTENT,
    NAME,
    PUBLIC_KEY,
    SCHEMA,
    SYSTEM,
    URL,
    signed,
    update_file,
)
from soleflip_desktop.connectors.updates.client import ATTEMPTS, UpdateClient
from soleflip_desktop.connectors.updates.feed import LARGEST_FEED, read_feed
from soleflip_desktop.connectors.updates.part import PartFile
from soleflip_desktop.domain.updates import Launched, UpdateError, UpdateFile
from soleflip_desktop.settings.update_channel import UpdateChannel
from soleflip_desktop.sync.update_desk import UpdateDesk

FEED = "https://updates.example/feed.json"
Answer = Callable[[httpx.Request], httpx.Response]


class Releases(FakeServer):
    """Serves ranges, or the whole file where `ranges` is off."""

    content = CONTENT
    ranges = True

    @route("GET", "/feed.json")
    def feed(self, request: Request) -> Reply:
        file = local(self)
        told = {"url": file.url, "sha256": file.sha256, "size": file.size}
        return Reply(200, signed(files={SYSTEM: told}))

    @route("GET", f"/{NAME}")
    def file(self, request: Request) -> Reply:
        wanted = request.headers.get("range")
        if wanted is None or not self.ranges:
            return Reply(200, self.content)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(self.content):
            return Reply(416, b"")
        span = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        return Reply(206, self.content[start:], {"Content-Range": span})


@pytest.fixture
def server() -> Iterator[Releases]:
    with Releases() as server:
        yield server


def local(server: FakeServer) -> UpdateFile:
    return update_file(url=f"{server.url}/{NAME}")


def client(answer: Answer | None = None) -> UpdateClient:
    transport = httpx.MockTransport(answer) if answer is not None else None
    return UpdateClient("0.1.0", transport=transport, pause_s=0)


def fetch(file: UpdateFile, folder: Path, answer: Answer | None = None) -> list[tuple[int, int]]:
    told: list[tuple[int, int]] = []
    path = asyncio.run(client(answer).download(file, folder, lambda *now: told.append(now)))
    assert path.read_bytes() == CONTENT
    assert list(folder.iterdir()) == [path]
    return told


def part_of(folder: Path, file: UpdateFile) -> Path:
    folder.mkdir(exist_ok=True)
    return PartFile(folder, file).part


def test_list_and_file_arrive_and_nothing_is_told(server: Releases, tmp_path: Path) -> None:
    wrapped = asyncio.run(client().feed(f"{server.url}/feed.json"))
    assert read_feed(wrapped, PUBLIC_KEY).files == {SYSTEM: local(server)}
    folder = tmp_path / "updates"
    told = fetch(local(server), folder)

    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert folder.stat().st_mode & 0o077 == 0
    for request in server.requests():
        assert request.headers["user-agent"] == "SoleFlip Desktop/0.1.0"
        assert set(request.headers) <= {
            *("host", "accept", "accept-encoding", "connection", "user-agent")
        }


def test_the_desk_updates_over_the_line(server: Releases, tmp_path: Path) -> None:
    started: list[bytes] = []

    def start(_system: str, path: Path, _data: Mapping[str, str]) -> Launched:
        started.append(path.read_bytes())
        return Launched.SHOWN

    desk = UpdateDesk(
        UpdateChannel(f"{server.url}/feed.json", PUBLIC_KEY),
        tmp_path / "updates",
        version="0.1.0",
        schema=SCHEMA,
        changelog=tmp_path / "CHANGELOG.md",
        data={},
        system=SYSTEM,
        start=start,
    )

    async def update() -> None:
        offer = (await desk.check(None)).offer
        assert offer is not None
        await desk.download(offer, lambda *_now: None)
        assert await desk.launch(offer) is Launched.SHOWN

    asyncio.run(update())
    assert started == [CONTENT]


def test_a_broken_line_is_taken_up_where_it_broke(server: Releases, tmp_path: Path) -> None:
    server.faults.add(faults.half_body(), path=NAME, times=1)
    fetch(local(server), tmp_path / "updates")

    ranges = [request.headers.get("range") for request in server.requests(NAME)]
    assert ranges[0] is None
    assert ranges[1] is not None
    assert 0 < int(ranges[1][6:-1]) < len(CONTENT)


def test_an_earlier_try_is_gone_on_with(server: Releases, tmp_path: Path) -> None:
    file = local(server)
    part_of(tmp_path / "updates", file).write_bytes(CONTENT[:4000])
    fetch(file, tmp_path / "updates")

    assert [r.headers.get("range") for r in server.requests(NAME)] == ["bytes=4000-"]


def test_a_server_without_ranges_is_read_from_the_start(server: Releases, tmp_path: Path) -> None:
    server.ranges = False
    file = local(server)
    part_of(tmp_path / "updates", file).write_bytes(CONTENT[:4000])
    fetch(file, tmp_path / "updates")


def test_a_part_that_is_too_long_is_started_anew(server: Releases, tmp_path: Path) -> None:
    file = local(server)
    part_of(tmp_path / "updates", file).write_bytes(CONTENT + b"more")
    fetch(file, tmp_path / "updates")
    assert [r.headers.get("range") for r in server.requests(NAME)] == [None]


def test_a_part_that_is_whole_needs_no_server(server: Releases, tmp_path: Path) -> None:
    file = local(server)
    part_of(tmp_path / "updates", file).write_bytes(CONTENT)
    assert fetch(file, tmp_path / "updates") == []
    assert server.requests(NAME) == []


def test_another_range_than_asked_for_is_not_appended(tmp_path: Path) -> None:
    part_of(tmp_path, update_file()).write_bytes(CONTENT[:4000])
    answered = iter(["bytes 5000-9999/10240", "bytes 0-10239/10240"])

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(206, headers={"Content-Range": next(answered)}, content=CONTENT)

    fetch(update_file(), tmp_path, answer)


def test_a_verified_file_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(CONTENT)

    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    assert fetch(update_file(), tmp_path, answer) == []


@pytest.mark.parametrize(
    "arrived",
    [
        pytest.param(CONTENT[:-1] + b"!", id="changed"),
        pytest.param(CONTENT + b"!", id="longer"),
    ],
)
def test_another_file_than_signed_is_deleted(arrived: bytes, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match=f"{NAME} is not the file that was signed"):
        fetch(update_file(), tmp_path, lambda _request: httpx.Response(200, content=arrived))
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    sent: list[int] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            while len(sent) < 100:
                sent.append(len(CONTENT))
                yield CONTENT

    with pytest.raises(UpdateError, match="not the file that was signed"):
        fetch(update_file(), tmp_path, lambda _request: httpx.Response(200, stream=Endless()))
    assert len(sent) == 2, "the second one is too much"


def test_a_bad_part_of_yesterday_is_deleted(server: Releases, tmp_path: Path) -> None:
    file = local(server)
    part_of(tmp_path, file).write_bytes(b"x" * 4000)
    with pytest.raises(UpdateError, match="not the file that was signed"):
        fetch(file, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_stays_broken_keeps_what_came(tmp_path: Path) -> None:
    asked = 0

    class Breaking(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield CONTENT[:5000]
            raise httpx.ReadError("gone")

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        return httpx.Response(200, stream=Breaking()) if asked == 1 else httpx.Response(503)

    with pytest.raises(UpdateError, match=f"broke off {ATTEMPTS} times"):
        fetch(update_file(), tmp_path, answer)
    assert asked == ATTEMPTS
    assert part_of(tmp_path, update_file()).read_bytes() == CONTENT[:5000]


def test_a_cancelled_download_leaves_nothing(tmp_path: Path) -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> Any:
            yield CONTENT[:5000]
            await asyncio.Event().wait()

    def there() -> list[Path]:
        return list(tmp_path.iterdir())

    async def cancel_midway() -> None:
        begun = asyncio.Event()
        task = asyncio.create_task(
            client(lambda _request: httpx.Response(200, stream=Endless())).download(
                update_file(), tmp_path, lambda here, _total: begun.set() if here else None
            )
        )
        await begun.wait()
        assert there()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_midway())
    assert there() == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_says_so(status: int, tmp_path: Path) -> None:
    with pytest.raises(UpdateError, match="not there any more"):
        fetch(update_file(), tmp_path, lambda _request: httpx.Response(status))


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "updates").write_text("in the way")
    with pytest.raises(UpdateError, match=r"cannot be written to .*updates"):
        fetch(update_file(), tmp_path / "updates", lambda _request: httpx.Response(200))


@pytest.mark.parametrize(
    "target",
    ["http://updates.example/x", "http://127.0.0.1:1/x", "ftp://updates.example/x"],
)
def test_redirects_lead_to_https_only(target: str, tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "updates.example", "nothing is asked at the other address"
        return httpx.Response(302, headers={"Location": target})

    with pytest.raises(UpdateError, match="not encrypted"):
        asyncio.run(client(answer).feed(FEED))
    with pytest.raises(UpdateError, match="not encrypted"):
        fetch(update_file(), tmp_path, answer)


def test_redirects_to_https_are_followed(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "files.example":
            return httpx.Response(200, content=CONTENT)
        return httpx.Response(302, headers={"Location": "https://files.example/a?b=c"})

    fetch(update_file(), tmp_path, answer)


def test_a_circle_of_redirects_ends() -> None:
    with pytest.raises(UpdateError, match="cannot be reached"):
        asyncio.run(
            client(lambda _request: httpx.Response(302, headers={"Location": FEED})).feed(FEED)
        )


@pytest.mark.parametrize("url", ["http://updates.example/feed.json", "file:///etc/feed.json"])
def test_plain_http_is_refused(url: str) -> None:
    with pytest.raises(UpdateError, match="not encrypted"):
        asyncio.run(client(lambda _request: httpx.Response(200)).feed(url))


@pytest.mark.parametrize(
    ("size", "said"), [(LARGEST_FEED, None), (LARGEST_FEED + 1, "too large to be one")]
)
def test_a_list_is_read_up_to_its_limit(size: int, said: str | None) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=b"x" * size)

    if said is None:
        assert len(asyncio.run(client(answer).feed(FEED))) == size
    else:
        with pytest.raises(UpdateError, match=said):
            asyncio.run(client(answer).feed(FEED))


def test_being_offline_is_a_sentence() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    with pytest.raises(UpdateError, match="Is this computer online"):
        asyncio.run(client(answer).feed(FEED))
    with pytest.raises(UpdateError, match="Is this computer online"):
        asyncio.run(client(lambda _request: httpx.Response(500)).feed(URL))
