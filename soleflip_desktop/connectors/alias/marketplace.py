"""alias / GOAT as a `MarketplaceApi`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from soleflip_desktop.connectors.alias import mapping
from soleflip_desktop.connectors.alias.changes import Changes
from soleflip_desktop.connectors.alias.client import REQUEST_RULE, AliasClient
from soleflip_desktop.connectors.base import (
    REQUESTS,
    ApiOptions,
    Credentials,
    Gate,
    NotThereError,
    RefusedError,
    Traffic,
)
from soleflip_desktop.connectors.http import HttpClient
from soleflip_desktop.connectors.reading import readable
from soleflip_desktop.connectors.tokens import BearerTokens, Save
from soleflip_desktop.domain.marketplace import (
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

DEFAULT_BASE_URL = "https://api.alias.org/api/v1"
#: There is no log-in host: the token is made by hand.
DEFAULT_AUTH_URL = "https://alias.org"

_NAME = "alias"
_ORDERS, _LISTINGS = "orders", "listings"


def open_api(credentials: Credentials, options: ApiOptions, *, gate: Gate, save: Save) -> AliasApi:
    """One account. Pasted tokens bring blanks along, which alias answers with 401 (2.5)."""
    token = "".join(credentials.get("access_token", "").split())
    return AliasApi({**credentials, "access_token": token}, options, gate=gate, save=save)


class AliasApi:
    """Prices are US dollars whatever the account's currency; no payouts, no labels."""

    marketplace = Marketplace.ALIAS
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
        }
    )
    batch_size = 100

    def __init__(
        self, credentials: Credentials, options: ApiOptions, *, gate: Gate, save: Save
    ) -> None:
        self.rules: Mapping[str, Rule] = {REQUESTS: REQUEST_RULE.scaled(options.scale)}
        self.traffic = Traffic()
        self._region = options.region
        self._http = HttpClient(
            _NAME,
            options.base_url,
            gate=gate,
            rule=self.rules[REQUESTS],
            tokens=BearerTokens(credentials, name=_NAME, refresh=None, save=save),
            traffic=self.traffic,
            scale=options.scale,
        )
        self._client = AliasClient(self._http)
        self._changes = Changes(self._client, options.scale)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def check(self) -> str:
        """Nobody's name is told."""
        if not await self._client.test():
            raise RefusedError("alias does not accept this token. Make a new one there.", 200)
        return ""

    async def orders(self, since: datetime | None, position: Position | None) -> Page[RemoteOrder]:
        """No filter by date, and no promised order of the list, exist at alias.

        As long as each order is older than the one before, the first page that ends before `since`
        is the last; else all are read.
        """
        place = position or {}
        page = await self._client.orders_page(str(place.get("token", "")))
        records, bad = mapping.ORDERS.read_all(page.rows, mapping.order_of)
        last = _falling([order.sold_at for order in records], place)
        whole = not page.token
        over = whole or (since is not None and last is not None and last < since)
        following = {"token": page.token, "last": last.isoformat() if last else ""}
        return Page(
            records,
            bad,
            None if over else following,
            _ORDERS,
            ends_part=over,
            total=page.total if whole else None,
            restart={} if over else None,
        )

    async def order(self, number: str) -> Sequence[RemoteOrder]:
        row = await self._client.order(number)
        good, bad = mapping.ORDERS.read_all([row], mapping.order_of)
        if bad:
            raise RefusedError(bad[0].message, 200)
        return good

    async def listings(self, position: Position | None) -> Page[RemoteListing]:
        page = await self._client.listings_page(str((position or {}).get("token", "")))
        records, bad = mapping.LISTINGS.read_all(page.rows, mapping.listing_of)
        over = not page.token
        return Page(
            records,
            bad,
            None if over else {"token": page.token},
            _LISTINGS,
            ends_part=over,
            total=page.total if over else None,
            restart={} if over else None,
        )

    async def search(self, text: str) -> Sequence[RemoteProduct]:
        words = " ".join(text.split())
        if not words:
            return ()
        return readable(await self._client.search(words), mapping.product_of)

    async def variants(self, product_id: str) -> Sequence[RemoteVariant]:
        rows = [await self._client.catalog_item(product_id)]
        products = readable(rows, mapping.product_of)
        return [variant for product in products for variant in product.variants]

    async def prices(self, product_id: str) -> Sequence[MarketPrice]:
        """New ones in a good box. The sales that alias lists cost a request a size: not read."""
        rows = await self._client.availabilities(product_id, self._region)
        prices = readable(rows, lambda row: mapping.price_of(row, product_id))
        return [price for price in prices if price is not None]

    async def send(self, intents: Sequence[Intent]) -> Sequence[Outcome]:
        return await self._changes.send(intents)

    async def follow(self, pending: Sequence[Intent]) -> Sequence[Outcome]:
        return await self._changes.follow(pending)

    async def look_up(self, unknown: Sequence[Intent], known: frozenset[str]) -> Sequence[Outcome]:  # noqa: ARG002  (our key is exact)
        return await self._changes.look_up(unknown)

    async def document(self, order_number: str) -> Document:
        """The address of a label is another host's, which must not get the token."""
        raise NotThereError(
            f"Labels of alias are not read. Print that of order {order_number} at alias.", 404
        )

    async def quotas(self) -> Sequence[Quota]:
        """It cannot be asked for requests."""
        return ()


def _falling(moments: Sequence[datetime], place: Position) -> datetime | None:
    """The oldest so far where each one was older than the one before; None else."""
    before = place.get("last")
    if before == "" or not moments:
        return None
    earlier = [datetime.fromisoformat(str(before))] if before else []
    all_so_far = [*earlier, *moments]
    return all_so_far[-1] if all_so_far == sorted(all_so_far, reverse=True) else None
