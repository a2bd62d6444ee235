"""Offers of eBay over real HTTP: reading them, and everything that changes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from helpers.ebay_runs import run
from helpers.fakes import faults
from helpers.fakes.ebay import POLICIES, FakeEbay
from helpers.fakes.ebay_books import line, order
from soleflip_desktop.connectors.base import AnswerLostError, NotSentError
from soleflip_desktop.connectors.ebay.marketplace import EbayApi
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.marketplace import Capability, Page, Position, RemoteListing
from soleflip_desktop.domain.money import Money
from soleflip_desktop.domain.outbox import Intent, OutboxAction, OutboxState, Outcome
from soleflip_desktop.domain.transactions import ListingStatus

ASK = Money(Decimal("149.90"), "EUR")
CREATE = Intent(
    1,
    OutboxAction.CREATE,
    "listing-42",
    title="Acme Runner Low",
    style_code="AC1234-100",
    size_text="EU 42.5",
    ask=ASK,
)


def about(action: OutboxAction, **more: Any) -> Intent:
    return replace(CREATE, action=action, **more)


def send(fake: FakeEbay, *intents: Intent, **options: Any) -> Sequence[Outcome]:
    return run(fake, lambda api: api.send(intents), **options)


def look_up(fake: FakeEbay, intent: Intent) -> Outcome:
    (outcome,) = run(fake, lambda api: api.look_up([intent], frozenset()))
    return outcome


async def all_listings(api: EbayApi) -> list[RemoteListing]:
    records: list[RemoteListing] = []
    position: Position | None = None
    while True:
        page = await api.listings(position)
        assert not page.bad
        records += page.records
        if page.next is None:
            return records
        position = page.next


# --- reading --------------------------------------------------------------------------------


def test_offers_with_their_item() -> None:
    with FakeEbay() as fake:
        fake.add_offer("SF7", "150.0", listing="110000000001")
        draft = fake.add_offer("AC1234100EU42", "99.50")
        fake.items["NOOFFER"] = {"product": {"title": "Acme Tee"}}
        live, other = run(fake, all_listings)

    assert (live.id, live.own_key, live.status) == (
        "110000000001",
        "listing-7",
        ListingStatus.ACTIVE,
    )
    assert live.ask == Money(Decimal("150.0"), "EUR")
    assert (live.variant.style_code, live.variant.size_text) == ("AC1234-100", "EU 42.5")
    assert (other.id, other.own_key) == (f"offer:{draft['offerId']}", None)
    assert (other.status, other.raw_status) == (ListingStatus.INACTIVE, "UNPUBLISHED")


@pytest.mark.parametrize(
    ("listing", "quantity", "status"),
    [
        ({"listingStatus": "OUT_OF_STOCK", "soldQuantity": 1}, 0, ListingStatus.SOLD),
        ({"listingStatus": "ENDED", "soldQuantity": 1}, 0, ListingStatus.SOLD),
        ({"listingStatus": "ENDED"}, 1, ListingStatus.EXPIRED),
        ({"listingStatus": "EBAY_ENDED"}, 1, ListingStatus.DELETED),
        ({"listingStatus": "ACTIVE", "soldQuantity": 1}, 2, ListingStatus.ACTIVE),
        ({"listingStatus": "NEWSTATUS", "soldQuantity": 1}, 0, None),
    ],
)
def test_words_of_ebay(
    listing: dict[str, Any], quantity: int, status: ListingStatus | None
) -> None:
    with FakeEbay() as fake:
        fake.add_offer("SF7", "150.0", listing="11", availableQuantity=quantity)
        fake.live()["SF7"]["listing"].update(listing)
        (found,) = run(fake, all_listings)

    assert found.status is status
    assert found.raw_status == listing["listingStatus"]


def test_each_sku_costs_one_request_and_fifty_one_more() -> None:
    with FakeEbay() as fake:
        for n in range(120):
            fake.add_offer(f"SF{n}", "150.0", listing=f"1100{n}")
        found = run(fake, all_listings)

        assert len(found) == 120
        assert len(fake.log) == 120 + 3


def test_a_list_that_moved_is_read_again() -> None:
    with FakeEbay() as fake:
        for n in range(60):
            fake.add_offer(f"SF{n}", "150.0", listing=f"1100{n}")
        fake.after_page.append(lambda: fake.items.pop("SF0"))
        found = run(fake, all_listings)

    assert {one.own_key for one in found} >= {f"listing-{n}" for n in range(1, 60)}


# --- creating -------------------------------------------------------------------------------


def test_create_makes_item_offer_and_listing() -> None:
    with FakeEbay() as fake:
        (outcome,) = send(fake, CREATE)
        offer, item = fake.live()["SF42"], fake.items["SF42"]

    assert outcome.state is OutboxState.CONFIRMED
    assert (outcome.listing_id, outcome.ask) == (offer["listing"]["listingId"], ASK)
    assert offer["pricingSummary"]["price"] == {"value": "149.90", "currency": "EUR"}
    assert offer["merchantLocationKey"] == POLICIES["location"]
    assert item["product"]["title"] == "Acme Runner Low AC1234-100 EU 42.5"
    assert item["product"]["aspects"] == {"EU-Schuhgröße": ["42,5"]}


def test_create_twice_lists_once() -> None:
    with FakeEbay() as fake:
        (first,) = send(fake, CREATE)
        (second,) = send(fake, replace(CREATE, ask=Money(Decimal(160), "EUR")))

        assert len(fake.offers) == 1
        assert first.listing_id == second.listing_id
        assert fake.live()["SF42"]["pricingSummary"]["price"]["value"] == "160.00"


def test_create_keeps_what_ebay_has_of_the_item() -> None:
    stored = {
        "condition": "NEW_OTHER",
        "packageWeightAndSize": {"weight": {"value": 1.5, "unit": "KILOGRAM"}},
        "product": {"mpn": "AC1234-100", "imageUrls": ["https://example.invalid/a.jpg"]},
    }
    with FakeEbay() as fake:
        fake.items["SF42"] = stored
        send(fake, CREATE)
        item = fake.items["SF42"]

    assert item["condition"] == "NEW_OTHER"
    assert item["packageWeightAndSize"]["weight"]["value"] == 1.5
    assert item["product"]["imageUrls"] == ["https://example.invalid/a.jpg"]
    assert "sku" not in item


def test_create_leaves_another_article_alone() -> None:
    with FakeEbay() as fake:
        fake.add_offer("SF42", "10.00", listing="110")
        fake.items["SF42"]["product"].update(mpn="XX9999-001")
        (outcome,) = send(fake, CREATE)

        assert outcome.state is OutboxState.FAILED
        assert "SF42" in outcome.message
        assert fake.live()["SF42"]["pricingSummary"]["price"]["value"] == "10.00"


def test_missing_settings_are_named() -> None:
    with FakeEbay() as fake:
        policies = {"fulfillment_policy": "1", "return_policy": "2", "category": "3"}
        (outcome,) = send(fake, CREATE, policies=policies)

        assert outcome.state is OutboxState.FAILED
        assert "payment policy, location key" in outcome.message
        assert not fake.log


def test_a_refusal_of_ebay_is_the_message() -> None:
    with FakeEbay() as fake:
        refused = {"errors": [{"errorId": 25026, "message": "Selling limit reached"}]}
        fake.faults.add(faults.status(400, refused), path="/publish")
        (outcome,) = send(fake, CREATE)

    assert outcome.state is OutboxState.FAILED
    assert "Selling limit reached" in outcome.message


def test_an_item_that_somebody_else_has_open_is_sent_again() -> None:
    with FakeEbay() as fake:
        fake.busy_skus = {"SF42"}
        (outcome,) = send(fake, CREATE)
        assert outcome.state is OutboxState.UNKNOWN
        assert look_up(fake, CREATE).state is OutboxState.QUEUED


def test_a_wrong_language_is_refused() -> None:
    with FakeEbay() as fake:
        (outcome,) = send(fake, CREATE, language="German")
    assert "Content-Language" in outcome.message


def test_inactive_offers_are_not_published() -> None:
    with FakeEbay() as fake:
        (outcome,) = send(fake, replace(CREATE, active=False))
        (offer_id,) = fake.offers

        assert not fake.live()
        assert outcome.listing_id == f"offer:{offer_id}"


def test_all_are_created_once_though_each_tenth_answer_is_lost() -> None:
    wanted = [replace(CREATE, id=n, own_key=f"listing-{n}") for n in range(60)]
    with FakeEbay() as fake:
        for verb, path in (("PUT", "/inventory_item/"), ("POST", "/offer$"), ("POST", "/publish")):
            fake.faults.add(faults.drop_after(), path=path, method=verb, times=None, every=10)
        assert not run(fake, lambda api: _rounds(api, wanted, 12))
        assert fake.faults.fired > 5
        assert fake.live().keys() == {f"SF{n}" for n in range(60)}
        assert len(fake.offers) == 60


async def _rounds(api: EbayApi, wanted: Sequence[Intent], most: int) -> Sequence[Intent]:
    """What is left after so many rounds of sending and looking up."""
    for _ in range(most):
        outcomes = await _send_and_look_up(api, wanted)
        done = {one.intent_id for one in outcomes if one.state is OutboxState.CONFIRMED}
        wanted = [intent for intent in wanted if intent.id not in done]
    return wanted


async def _send_and_look_up(api: EbayApi, wanted: Sequence[Intent]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for start in range(0, len(wanted), api.batch_size):
        batch = wanted[start : start + api.batch_size]
        said = await api.send(batch)
        assert {one.intent_id for one in said} == {intent.id for intent in batch}
        unknown = {one.intent_id for one in said if one.state is OutboxState.UNKNOWN}
        lost = [intent for intent in batch if intent.id in unknown]
        outcomes += [*said, *await api.look_up(lost, frozenset())]
    return outcomes


def test_what_was_not_sent_any_more_is_queued_again() -> None:
    second = replace(CREATE, id=2, own_key="listing-43")
    with FakeEbay() as fake:
        slow = faults.too_many(retry_after=9000)
        fake.faults.add(slow, path="/inventory_item/SF43", times=None)
        first, rest = send(fake, CREATE, second)

        assert (first.state, rest.state) == (OutboxState.CONFIRMED, OutboxState.QUEUED)
        with pytest.raises(NotSentError):
            send(fake, second)


# --- changing -------------------------------------------------------------------------------


def test_prices_are_sent_together_and_judged_one_by_one() -> None:
    intents = [about(OutboxAction.REPRICE, id=n, own_key=f"listing-{n}") for n in range(4)]
    with FakeEbay() as fake:
        for n in range(3):
            fake.add_offer(f"SF{n}", "200.00", listing=f"110{n}")
        fake.busy_skus = {"SF1"}
        outcomes = {one.intent_id: one for one in send(fake, *intents)}

        assert [outcomes[n].state for n in range(4)] == [
            OutboxState.CONFIRMED,
            OutboxState.UNKNOWN,
            OutboxState.CONFIRMED,
            OutboxState.FAILED,
        ]
        assert len(fake.requests("bulk_update")) == 1
        assert fake.live()["SF0"]["pricingSummary"]["price"]["value"] == "149.90"
        assert look_up(fake, intents[1]).state is OutboxState.QUEUED
        assert look_up(fake, intents[0]).state is OutboxState.CONFIRMED


def test_a_row_that_is_refused_says_why() -> None:
    row = {"errorId": 25710, "message": "Not found", "longMessage": "No such offer"}
    with FakeEbay() as fake:
        offer = fake.add_offer("SF42", "200.00", listing="110")
        answer = {
            "responses": [
                {"offerId": offer["offerId"], "sku": "SF42", "statusCode": 404, "errors": [row]}
            ]
        }
        fake.faults.add(faults.status(200, answer), path="bulk_update")
        (outcome,) = send(fake, about(OutboxAction.REPRICE))

    assert outcome.state is OutboxState.FAILED
    assert "No such offer" in outcome.message


def test_a_lost_answer_to_prices_is_unknown() -> None:
    with FakeEbay() as fake:
        fake.add_offer("SF42", "200.00", listing="110")
        fake.faults.add(faults.drop_after(), path="bulk_update")
        with pytest.raises(AnswerLostError):
            send(fake, about(OutboxAction.REPRICE))
        assert look_up(fake, about(OutboxAction.REPRICE)).state is OutboxState.CONFIRMED


def test_deactivate_and_activate() -> None:
    with FakeEbay() as fake:
        send(fake, CREATE)
        old = fake.live()["SF42"]["listing"]["listingId"]
        (off,) = send(fake, about(OutboxAction.DEACTIVATE, listing_id=old))
        (listed,) = run(fake, all_listings)
        assert off.listing_id == listed.id  # the next sync finds it under that id
        assert not fake.live()
        (again,) = send(fake, about(OutboxAction.DEACTIVATE, listing_id=old))
        assert again.state is OutboxState.CONFIRMED
        (on,) = send(fake, about(OutboxAction.ACTIVATE, listing_id=off.listing_id))
        assert on.listing_id == fake.live()["SF42"]["listing"]["listingId"] != old


def test_delete_withdraws_and_forgets_our_item() -> None:
    with FakeEbay() as fake:
        send(fake, CREATE)
        (outcome,) = send(fake, about(OutboxAction.DELETE))

        assert outcome.state is OutboxState.CONFIRMED
        assert not fake.live()
        assert not fake.items
        (again,) = send(fake, about(OutboxAction.DELETE))
        assert again.state is OutboxState.CONFIRMED


def test_a_listing_that_was_made_elsewhere_is_found_and_its_item_kept() -> None:
    with FakeEbay() as fake:
        for n in range(3):
            fake.add_offer(f"AC{n}", "200.00", listing=f"110{n}")
        (outcome,) = send(fake, about(OutboxAction.DELETE, listing_id="1101"))

        assert outcome.state is OutboxState.CONFIRMED
        assert fake.live().keys() == {"AC0", "AC2"}
        assert "AC1" in fake.items


def test_listings_that_were_made_elsewhere_are_searched_for_once() -> None:
    with FakeEbay() as fake:
        for n in range(6):
            fake.add_offer(f"AC{n}", "200.00", listing=f"110{n}")
        intents = [about(OutboxAction.DEACTIVATE, id=n, listing_id=f"110{n}") for n in range(6)]
        outcomes = send(fake, *intents)

        assert {one.state for one in outcomes} == {OutboxState.CONFIRMED}
        assert not fake.live()
        assert len(fake.requests("/inventory_item$")) == 1


@pytest.mark.parametrize("listing_id", ["1101", "1102"])
def test_each_of_several_offers_of_an_article_is_found(listing_id: str) -> None:
    with FakeEbay() as fake:
        fake.add_offer("AC1", "200.00", listing="1101")
        fake.add_offer("AC1", "210.00", listing="1102", marketplaceId="EBAY_FR")
        (outcome,) = send(fake, about(OutboxAction.DELETE, listing_id=listing_id))

        assert outcome.state is OutboxState.CONFIRMED
        up = {one["listing"]["listingId"] for one in fake.live().values()}
        assert up == {"1101", "1102"} - {listing_id}


@pytest.mark.parametrize("action", [OutboxAction.DELETE, OutboxAction.DEACTIVATE])
def test_a_listing_that_this_app_cannot_see_is_not_said_to_be_ended(action: OutboxAction) -> None:
    """Listings of Seller Hub are invisible to the Inventory API (marketplaces.md 3.5)."""
    with FakeEbay() as fake:
        (outcome,) = send(fake, about(action, listing_id="1101"))
        assert outcome.state is OutboxState.FAILED
        assert "Seller Hub" in outcome.message
        (outcome,) = send(fake, about(action, listing_id="offer:36"))
        assert outcome.state is OutboxState.CONFIRMED


def test_a_lost_answer_to_the_clean_up_keeps_what_was_confirmed() -> None:
    with FakeEbay() as fake:
        send(fake, CREATE)
        fake.faults.add(faults.drop_after(), method="DELETE")
        (outcome,) = send(fake, about(OutboxAction.DELETE))
        assert outcome.state is OutboxState.CONFIRMED


def test_a_refused_article_does_not_hide_the_others() -> None:
    with FakeEbay() as fake:
        for n in range(2):
            fake.add_offer(f"AC{n}", "200.00", listing=f"110{n}")
        fake.faults.add(faults.status(400, {"errors": []}), path="/offer$", skip=1)
        (outcome,) = send(fake, about(OutboxAction.DELETE, listing_id="1101"))
        assert outcome.state is OutboxState.CONFIRMED


def test_an_article_whose_offers_are_refused_does_not_stop_the_list() -> None:
    async def page(api: EbayApi) -> Page[RemoteListing]:
        return await api.listings(None)

    with FakeEbay() as fake:
        for n in range(3):
            fake.add_offer(f"AC{n}", "200.00", listing=f"110{n}")
        refused = {"errors": [{"errorId": 25708, "message": "Invalid SKU."}]}
        fake.faults.add(faults.status(400, refused), path="/offer$", skip=1)
        found = run(fake, page)
        assert [one.id for one in found.records] == ["1100", "1102"]
        (bad,) = found.bad
        assert bad.external_id == "AC1"
        assert "Invalid SKU" in bad.message


@pytest.mark.parametrize("action", [OutboxAction.DELETE, OutboxAction.REPRICE])
def test_another_live_listing_under_our_sku_is_left_alone(action: OutboxAction) -> None:
    with FakeEbay() as fake:
        fake.add_offer("SF42", "200.00", listing="1100")
        (outcome,) = send(fake, about(action, listing_id="999"))

        assert outcome.state is OutboxState.FAILED
        assert "1100" in outcome.message
        assert fake.live()["SF42"]["pricingSummary"]["price"]["value"] == "200.00"
        assert look_up(fake, about(action, listing_id="999")).state is OutboxState.FAILED


@pytest.mark.parametrize("action", [OutboxAction.DELETE, OutboxAction.DEACTIVATE])
def test_a_lost_withdrawal_is_looked_up(action: OutboxAction) -> None:
    with FakeEbay() as fake:
        send(fake, CREATE)
        fake.faults.add(faults.drop_before(), path="/withdraw")
        (lost,) = send(fake, about(action))
        assert lost.state is OutboxState.UNKNOWN
        assert look_up(fake, about(action)).state is OutboxState.QUEUED
        fake.faults.add(faults.drop_after(), path="/withdraw")
        (lost,) = send(fake, about(action))
        assert lost.state is OutboxState.UNKNOWN
        assert look_up(fake, about(action)).state is OutboxState.CONFIRMED


def test_a_page_of_a_gateway_confirms_nothing() -> None:
    with FakeEbay() as fake:
        send(fake, CREATE)
        fake.faults.add(faults.html(200), path="/withdraw")
        (outcome,) = send(fake, about(OutboxAction.DELETE))

        assert outcome.state is OutboxState.UNKNOWN
        assert fake.live()


@pytest.mark.parametrize("action", [OutboxAction.ACTIVATE, OutboxAction.REPRICE])
def test_what_is_gone_fails_with_a_remedy(action: OutboxAction) -> None:
    with FakeEbay() as fake:
        (outcome,) = send(fake, about(action, listing_id="offer:99"))
        assert outcome.state is OutboxState.FAILED
        assert "List it again" in outcome.message
        assert look_up(fake, about(action)).state is OutboxState.FAILED


# --- shipping -------------------------------------------------------------------------------

SHIP = about(
    OutboxAction.SHIP,
    order_number="11-1/2",
    carrier="DHL",
    tracking_number="0034 0000-1234",
)


def _sold(fake: FakeEbay) -> None:
    fake.add_order(order("11-1", datetime.now(UTC), line("1"), line("2", quantity=2)))


def test_one_unit_is_shipped() -> None:
    with FakeEbay() as fake:
        _sold(fake)
        assert look_up(fake, SHIP).state is OutboxState.QUEUED
        (outcome,) = send(fake, SHIP)

        assert outcome.state is OutboxState.CONFIRMED
        (parcel,) = fake.parcels["11-1"]
        assert parcel["lineItems"] == [{"lineItemId": "2", "quantity": 1}]
        assert parcel["shipmentTrackingNumber"] == "003400001234"
        assert look_up(fake, SHIP).state is OutboxState.CONFIRMED


def test_an_order_is_shipped_as_a_whole() -> None:
    with FakeEbay() as fake:
        _sold(fake)
        send(fake, replace(SHIP, order_number="11-1"))
        assert [one["quantity"] for one in fake.parcels["11-1"][0]["lineItems"]] == [1, 2]


@pytest.mark.parametrize(
    "intent",
    [
        replace(SHIP, tracking_number=None),
        replace(SHIP, order_number="11-1/9"),
        replace(SHIP, order_number="99-9"),
    ],
)
def test_what_cannot_be_shipped_fails(intent: Intent) -> None:
    with FakeEbay() as fake:
        _sold(fake)
        (outcome,) = send(fake, intent)
    assert outcome.state is OutboxState.FAILED
    assert outcome.message


# --- what eBay cannot -----------------------------------------------------------------------


def test_what_ebay_cannot_is_said() -> None:
    async def work(api: EbayApi) -> None:
        for call in (api.search("Acme"), api.variants("1"), api.prices("1"), api.document("11-1")):
            with pytest.raises(UserError):
                await call

    with FakeEbay() as fake:
        run(fake, work)
    absent = {Capability.MARKET_DATA, Capability.SEARCH, Capability.LABELS}
    assert not absent & EbayApi.capabilities
