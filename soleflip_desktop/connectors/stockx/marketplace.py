"""StockX as a `MarketplaceApi`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from soleflip_desktop.connectors.base import (
    REQUESTS,
    AnswerLostError,
    ApiOptions,
    Credentials,
    Gate,
    NotThereError,
    RefusedError,
    Traffic,
)
from soleflip_desktop.connectors.http import HttpClient
from soleflip_desktop.connectors.reading import readable
from soleflip_desktop.connectors.stockx import mapping
from soleflip_desktop.connectors.stockx.auth import LOGIN, tokens
from soleflip_desktop.connectors.stockx.changes import Changes
from soleflip_desktop.connectors.stockx.client import (
    ITEM_RULE,
    REQUEST_RULE,
    RawPage,
    StockXClient,
)
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.marketplace import (
    BadRecord,
    Capability,
    Document,
    Marketplace,
    MarketPrice,
    Page,
    Position,
    Quota,
    RemoteListing,
    RemoteOrder,
    RemoteProduct,
    RemoteVariant,
)
from soleflip_desktop.domain.outbox import Intent, Outcome
from soleflip_desktop.domain.quota import Rule

T = TypeVar("T")

DEFAULT_BASE_URL = "https://api.stockx.com/v2"
DEFAULT_AUTH_URL = "https://accounts.stockx.com"

_ACTIVE, _HISTORY, _LISTINGS = "active", "history", "listings"
#: The history asks for whole days of StockX's, whose time zone is not documented.
_DAY_MARGIN = timedelta(days=1)


def open_api(credentials: Credentials, options: ApiOptions, *, gate: Gate, save: Save) -> StockXApi:
    """One account; `save` keeps renewed tokens."""
    return StockXApi(credentials, options, gate=gate, save=save)


class StockXApi:
    """Every change is asynchronous there: `send` confirms nothing that was not reported as done."""

    marketplace = Marketplace.STOCKX
    capabilities = frozenset(
        {
            Capability.ORDERS,
            Capability.LISTINGS,
            Capability.MARKET_DATA,
            Capability.SEARCH,
            Capability.CREATE,
            Capability.REPRICE,
            Capability.ACTIVATE,
            Capability.DELETE,
            Capability.LABELS,
        }
    )
    batch_size = 100

    def __init__(
        self, credentials: Credentials, options: ApiOptions, *, gate: Gate, save: Save
    ) -> None:
        scaled = (REQUEST_RULE.scaled(options.scale), ITEM_RULE.scaled(options.scale))
        self.rules: Mapping[str, Rule] = {rule.bucket: rule for rule in scaled}
        self.traffic = Traffic()
        self._currency = options.currency
        self._http = HttpClient(
            LOGIN.name,
            options.base_url,
            gate=gate,
            rule=self.rules[REQUESTS],
            tokens=tokens(credentials, options, save),
            traffic=self.traffic,
            scale=options.scale,
        )
        self._client = StockXClient(self._http, self.rules[ITEM_RULE.bucket])
        self._changes = Changes(self._client, options.scale)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def check(self) -> str:
        """StockX tells nobody's name."""
        await self._client.check()
        return ""

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        """The active ones in full, then the history, by day of creation (1.7 rule 10)."""
        part, number = _place(position, _ACTIVE)
        day = None if since is None else (since.astimezone(UTC) - _DAY_MARGIN).date().isoformat()
        page = await self._client.orders_page(part, number, day)
        records, bad = mapping.ORDERS.read_all(page.rows, mapping.order_of)
        after: Position | None = {"part": part, "page": number + 1}
        if not page.has_next:
            after = {"part": _HISTORY, "page": 1} if part == _ACTIVE else None
        return _page(records, bad, after, part, page)

    async def order(self, number: str) -> Sequence[RemoteOrder]:
        row = await self._client.order(number)
        good, bad = mapping.ORDERS.read_all([row], mapping.order_of)
        if bad:
            raise RefusedError(bad[0].message, 200)
        return good

    async def listings(self, position: Position | None) -> Page[RemoteListing]:
        _part, number = _place(position, _LISTINGS)
        page = await self._client.listings_page(number)
        records, bad = mapping.LISTINGS.read_all(page.rows, mapping.listing_of)
        after = {"part": _LISTINGS, "page": number + 1} if page.has_next else None
        return _page(records, bad, after, _LISTINGS, page)

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        words = " ".join(text.split())
        if not words:
            return ()
        return readable(await self._client.search(words), mapping.product_of)

    async def variants(self, product_id: str) -> Sequence[RemoteVariant]:
        return readable(await self._client.variants(product_id), mapping.variant_of)

    async def prices(self, product_id: str) -> Sequence[MarketPrice]:
        rows = await self._client.market_data(product_id, self._currency)
        return readable(rows, lambda row: mapping.price_of(row, product_id, self._currency))

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return await self._changes.send(intents)

    async def follow(self, pending: Sequence[Intent]) -> Sequence[Outcome]:
        return await self._changes.follow(pending)

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> Sequence[Outcome]:
        return await self._changes.look_up(unknown, known)

    async def document(self, order_number: str) -> Document:
        """The addresses in an order expire: they are asked for anew (1.7 rule 11)."""
        row = await self._client.order(order_number)
        shipment = row.get("shipment") if isinstance(row, Mapping) else None
        url = shipment.get("shippingDocumentUrl") if isinstance(shipment, Mapping) else None
        if not url:
            raise NotThereError(
                f"StockX has no shipping label for order {order_number} (any more). Labels are "
                "there from the sale until the parcel is scanned.",
                404,
            )
        shipping_id = urlsplit(str(url)).path.rstrip("/").rpartition("/")[2]
        data = await self._client.shipping_document(order_number, shipping_id)
        if not data.startswith(b"%PDF-"):
            raise AnswerLostError("StockX sent something that is no PDF. Try it again.")
        return Document(f"stockx-{order_number}.pdf", "application/pdf", data)

    async def quotas(self) -> Sequence[Quota]:
        """It cannot be asked; we count ourselves."""
        return ()


def _place(position: Position | None, first: str) -> tuple[str, int]:
    """Part and page to read."""
    if position is None:
        return first, 1
    return str(position["part"]), int(position["page"])


def _page(
    records: tuple[T, ...],
    bad: tuple[BadRecord, ...],
    after: Position | None,
    part: str,
    raw: RawPage,
) -> Page[T]:
    """`total` only on a part's last page, as the count moves with the pages."""
    return Page(
        records,
        bad,
        after,
        part,
        ends_part=not raw.has_next,
        total=None if raw.has_next else raw.count,
        restart=None if raw.has_next else {"part": part, "page": 1},
    )
