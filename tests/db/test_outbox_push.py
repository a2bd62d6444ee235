"""What the push job leaves in database and marketplace, whatever happens on the way."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

import pytest

from helpers.fake_api import FakeApi
from helpers.offers import Shop, draft
from helpers.push_runs import push, push_job
from soleflip_desktop.connectors.base import AnswerLostError
from soleflip_desktop.db.engine import Database
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.sync import SyncCounts
from soleflip_desktop.services.outbox import OutboxService
from soleflip_desktop.sync.jobs import push_outbox

pytestmark = pytest.mark.db

UNITS, PRODUCTS = 500, 10


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def stock(shop: Shop, account: int, number: int = UNITS) -> list[int]:
    """Queued units; many of them look the same to the marketplace."""
    units = [unit for _ in range(PRODUCTS) for unit in shop.units(number // PRODUCTS)]
    shop.queue(account, *units)
    return units


def check_books(shop: Shop, api: FakeApi, number: int = UNITS) -> None:
    """Each unit is live once, each of our listings is one offer of its size, nothing is open.

    Where the marketplace keeps no key, units that look the same may have changed their offers.
    """
    live = api.live()
    assert len(live) == number
    assert set(Counter(offer.variant_id for offer in live).values()) == {number // PRODUCTS}
    if api.keyed:
        assert len({offer.own_key for offer in live}) == number
    ours = shop.run(
        "SELECT l.external_id, n.value FROM transactions.listing l "
        "JOIN inventory.item i ON i.id = l.item_id JOIN catalog.product_identifier n "
        "ON n.variant_id = i.variant_id AND n.scheme = 'stockx_variant' WHERE l.status = 'active'"
    )
    assert sorted(ours) == sorted((offer.id, offer.variant_id) for offer in live)
    assert {state for _, state, _ in shop.entries()} == {"confirmed"}


@pytest.mark.parametrize("rounds", [0, 3], ids=["at once", "later"])
@pytest.mark.parametrize("keyed", [True, False], ids=["own key", "no key"])
def test_500_creations_while_every_tenth_answer_is_lost(
    shop: Shop, rounds: int, *, keyed: bool
) -> None:
    account = shop.account()
    stock(shop, account)
    api = FakeApi(lose_every=10, rounds=rounds, keyed=keyed)
    counts = push(shop.outbox, api, account)
    check_books(shop, api)
    assert counts.created == UNITS
    assert counts.fetched == counts.created + counts.updated + counts.unchanged + counts.failed
    assert len(api.sent) == UNITS, "none was sent twice"


class Killed(BaseException):
    """The process ends: nothing after it runs."""


class Fate:
    """Ends a run at chosen moments: between any two of its steps."""

    def __init__(self, moments: set[int], *, cancels: bool) -> None:
        self.moments, self.cancels, self.passed, self.struck = moments, cancels, 0, 0

    async def strike(self, _method: str = "", _when: str = "") -> None:
        self.passed += 1
        if self.passed in self.moments:
            self.struck += 1
            if not self.cancels:
                raise Killed
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(0)


class MortalOutbox(OutboxService):
    """An outbox whose process may end just before or after something is stored."""

    fate: Fate

    async def claim(self, account_id: int, action: OutboxAction, limit: int) -> list[Intent]:
        await self.fate.strike()
        claimed = await super().claim(account_id, action, limit)
        await self.fate.strike()
        return claimed

    async def settle(self, account_id: int, outcomes: Sequence[Outcome]) -> SyncCounts:
        await self.fate.strike()
        counts = await super().settle(account_id, outcomes)
        await self.fate.strike()
        return counts


async def run_once(outbox: OutboxService, api: FakeApi, account: int) -> bool:
    """A whole run in a task of its own; False where it was ended."""
    task = asyncio.ensure_future(push_outbox.run(push_job(outbox, api, account)))
    done = await asyncio.gather(task, return_exceptions=True)
    ended = done[0]
    if isinstance(ended, BaseException) and not isinstance(ended, Killed | asyncio.CancelledError):
        raise ended
    return ended is None


@pytest.mark.parametrize("cancels", [True, False], ids=["cancelled", "killed"])
@pytest.mark.parametrize(("rounds", "keyed"), [(0, False), (2, False), (2, True)])
def test_ended_ten_times_and_resumed_it_is_the_same(
    shop: Shop, rounds: int, *, keyed: bool, cancels: bool
) -> None:
    account = shop.account()
    stock(shop, account)
    chance = random.Random(f"{rounds} {keyed} {cancels}")  # noqa: S311 - the same in every run
    moments = set(chance.sample(range(3, 200), 10))
    fate = Fate(moments, cancels=cancels)
    outbox = MortalOutbox(shop.database)
    outbox.fate = fate
    api = FakeApi(lose_every=10, rounds=rounds, keyed=keyed, hook=fate.strike)

    async def until_done() -> None:
        while not await run_once(outbox, api, account):
            assert fate.struck <= len(moments)

    asyncio.run(until_done())
    assert fate.struck == len(moments)
    asyncio.run(run_once(outbox, api, account))
    check_books(shop, api)


def test_what_is_confirmed_reaches_the_listings(shop: Shop) -> None:
    account, [one, two] = shop.account(), shop.units(2)
    api = FakeApi()
    offer = api.offer("variant", Money(Decimal(150), "EUR"))
    other = api.offer("variant", Money(Decimal(150), "EUR"))
    first = shop.offer(one, account, offer.id)
    shop.offer(two, account, other.id)
    shop.do(shop.outbox.reprice([first], Decimal(140)))
    shop.do(shop.outbox.end([two]))
    counts = push(shop.outbox, api, account)
    assert (counts.updated, counts.created) == (2, 0)
    assert shop.run("SELECT status, ask FROM transactions.listing ORDER BY id") == [
        ("active", Decimal(140)),
        ("deleted", Decimal(150)),
    ]
    assert shop.run("SELECT old_ask, new_ask, currency FROM pricing.pricing_history") == [
        (Decimal(150), Decimal(140), "EUR")
    ]
    assert [intent.action for intent in api.sent] == ["delete", "reprice"], "deletions first"


def test_answers_are_kept_without_secrets(shop: Shop) -> None:
    account = shop.account()
    shop.queue(account, *shop.units())
    push(shop.outbox, FakeApi(), account)
    [(answer,)] = shop.run("SELECT answer FROM transactions.outbox")
    assert answer == {"listingId": "offer-2"}


def test_an_offer_that_a_sync_met_first_becomes_ours(shop: Shop) -> None:
    """Its orders, questions and wishes come along; that it is sold already does, too."""
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [(variant,)] = shop.run("SELECT variant_id FROM inventory.item")
    api = FakeApi()

    async def sync_meets_it(method: str, when: str) -> None:
        if (method, when) == ("send", "after"):
            await asyncio.to_thread(meet, shop, account, variant, api.live()[0].id)

    api.hook = sync_meets_it
    push(shop.outbox, api, account)
    [(ours, status, external_id, item)] = shop.run(
        "SELECT id, status, external_id, item_id FROM transactions.listing"
    )
    assert (status, external_id, item) == ("matched", api.live()[0].id, unit)
    assert shop.run("SELECT listing_id FROM transactions.order") == [(ours,)]
    assert shop.run("SELECT local_id FROM integration.remote_record") == [(ours,)]
    assert shop.run("SELECT state, answer FROM integration.review_entry") == [("settled", "link")]


MEET = """
WITH met AS (
    INSERT INTO transactions.listing (variant_id, platform_account_id, external_id, status)
    VALUES (:variant, :account, :id, 'matched') RETURNING id
), sold AS (
    INSERT INTO transactions.order (platform_account_id, external_id, listing_id, variant_id,
        status, sold_at, gross_amount, gross_currency)
    SELECT :account, 'order-1', id, :variant, 'pending', now(), 150, 'EUR' FROM met
), kept AS (
    INSERT INTO integration.remote_record (platform_account_id, entity, external_id, raw, digest,
        local_id, round, part)
    SELECT :account, 'listing', :id, '{}', repeat('0', 64), id, gen_random_uuid(), 'all' FROM met
)
INSERT INTO integration.review_entry (platform_account_id, kind, external_id, title, words)
VALUES (:account, 'listing_without_unit', :id, 'Acme Runner', 'Which unit?')
"""


def meet(shop: Shop, account: int, variant: int, external_id: str) -> None:
    shop.run(MEET, account=account, variant=variant, id=external_id)


def test_an_offer_of_another_entry_is_not_taken_for_ours(shop: Shop) -> None:
    account, units = shop.account(), shop.units(2)
    shop.queue(account, *units)
    first, second = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 2))
    same = [
        Outcome(intent.id, OutboxState.CONFIRMED, listing_id="offer-1")
        for intent in (first, second)
    ]
    assert shop.do(shop.outbox.settle(account, same[:1])).created == 1
    assert shop.do(shop.outbox.settle(account, same[1:])).created == 0
    assert [state for _, state, _ in shop.entries()] == ["confirmed", "unknown"]
    shop.do(shop.outbox.settle(account, [Outcome(second.id, OutboxState.CONFIRMED)]))
    assert shop.entries()[1][1] == "unknown", "without an id it could never be ended"


def test_offers_known_before_cannot_be_those_that_were_lost(shop: Shop) -> None:
    account, units = shop.account(), shop.units(3)
    shop.offer(units[0], account, "before")
    shop.queue(account, *units[1:])
    first, second = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 2))
    outcome = Outcome(first.id, OutboxState.CONFIRMED, listing_id="of another entry")
    shop.do(shop.outbox.settle(account, [outcome]))
    shop.do(shop.outbox.lose(account, [second.id], "lost"))
    meet_listing(shop, account, "after")
    known = shop.do(shop.outbox.known_listings(account))
    assert known == {"before", "of another entry"}


def test_an_offer_that_a_sync_knows_as_ours_is_not_made_again(shop: Shop) -> None:
    """The sync of listings found our key in it while its answer was lost."""
    account = shop.account()
    shop.queue(account, *shop.units())
    api = FakeApi(lose_every=1, keyed=True)
    [intent] = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 1))
    with pytest.raises(AnswerLostError):
        shop.do(api.send([intent]))
    [offer] = api.live()
    shop.run("UPDATE transactions.listing SET status = 'active', external_id = :id", id=offer.id)
    assert shop.do(shop.outbox.known_listings(account)) == set()
    shop.do(shop.outbox.recover(account))
    shop.do(shop.outbox.settle(account, [Outcome(intent.id, OutboxState.QUEUED)]))
    assert shop.entries() == [("create", "confirmed", "user")]
    push(shop.outbox, api, account)
    assert len(api.live()) == 1


def meet_listing(shop: Shop, account: int, external_id: str) -> None:
    shop.run(
        "INSERT INTO transactions.listing (variant_id, platform_account_id, external_id, status) "
        "SELECT min(id), :account, :id, 'active' FROM catalog.product_variant",
        account=account,
        id=external_id,
    )


def test_a_shipment_reaches_order_and_unit(shop: Shop) -> None:
    account, [unit] = shop.account("ebay"), shop.units()
    shop.run(
        "INSERT INTO transactions.order (platform_account_id, external_id, item_id, variant_id, "
        "status, sold_at, gross_amount, gross_currency) SELECT :account, 'order-1', id, "
        "variant_id, 'confirmed', now(), 150, 'EUR' FROM inventory.item",
        account=account,
    )
    shop.sell(unit)
    shop.run(
        "INSERT INTO transactions.outbox (platform_account_id, action, state, order_id) "
        "SELECT :account, 'ship', 'queued', id FROM transactions.order",
        account=account,
    )
    assert shop.rows()[0].words == "Report Acme Runner, US 9 on eBay (main) as shipped"
    api = FakeApi()
    assert push(shop.outbox, api, account).updated == 1
    assert api.sent[0].order_number == "order-1"
    assert shop.run("SELECT status FROM transactions.order") == [("shipped",)]
    assert shop.run("SELECT status FROM inventory.item") == [("shipped",)]


def test_a_claim_tells_the_connector_everything(shop: Shop) -> None:
    account, [unit] = shop.account(), shop.units()
    shop.queue(account, unit)
    [intent] = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 10))
    [(listing, scheme)] = shop.run(
        "SELECT l.id, n.value FROM transactions.listing l, catalog.product_identifier n "
        "WHERE n.scheme = 'stockx_variant'"
    )
    assert intent.own_key == f"listing-{listing}"
    assert intent.variant_id == scheme
    assert intent.product_id is not None
    assert (intent.title, intent.size_text) == ("Acme Runner", "US 9")
    assert intent.ask == Money(Decimal(150), "EUR")
    assert intent.attempts == 1
    assert intent.sent_at == intent.read_at is not None


def test_alias_is_told_product_and_size_in_one(shop: Shop) -> None:
    account, [unit] = shop.account("alias"), shop.units()
    wish = draft(unit, account, currency="USD")
    assert shop.do(shop.outbox.list_units([wish])) == (1, [])
    [intent] = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 10))
    assert intent.variant_id == f"{intent.product_id}:9"


def test_batches_of_other_entries_are_known(shop: Shop) -> None:
    account = shop.account()
    shop.queue(account, *shop.units(3))
    one, two, three = shop.do(shop.outbox.claim(account, OutboxAction.CREATE, 3))
    accepted = [
        Outcome(intent.id, OutboxState.PENDING, batch_id=f"batch-{intent.id}")
        for intent in (one, two)
    ]
    shop.do(shop.outbox.settle(account, accepted))
    unclear = [Outcome(intent.id, OutboxState.UNKNOWN) for intent in (two, three)]
    shop.do(shop.outbox.settle(account, unclear))
    assert shop.do(shop.outbox.known_listings(account)) == {f"batch-{one.id}"}


def test_two_senders_never_claim_the_same(shop: Shop) -> None:
    account, units = shop.account(), shop.units(40)
    shop.queue(account, *units)

    async def together() -> list[list[Intent]]:
        calls = (shop.outbox.claim(account, OutboxAction.CREATE, 10) for _ in range(4))
        return list(await asyncio.gather(*calls))

    claimed = [intent.id for batch in asyncio.run(together()) for intent in batch]
    assert len(set(claimed)) == len(claimed) == len(units)
