"""Records of marketplaces one by one: what no marketplace should send, and some do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from soleflip_desktop.connectors.alias import mapping as alias
from soleflip_desktop.connectors.ebay import kept as ebay_kept
from soleflip_desktop.connectors.reading import Instant, Records, amount_of
from soleflip_desktop.connectors.stockx import mapping as stockx
from soleflip_desktop.domain.marketplace import Raw, RemoteEntity


class _Thing(BaseModel):
    name: str
    at: Instant


_RECORDS = Records("Acme", RemoteEntity.ORDER, "name", lambda row: {"name": row.get("name")})


def _read(*rows: Any) -> tuple[tuple[_Thing, ...], list[tuple[str, str]]]:
    good, bad = _RECORDS.read_all(rows, _Thing.model_validate)
    return good, [(record.external_id, record.message) for record in bad]


def test_one_bad_record_never_costs_its_page() -> None:
    good, bad = _read({"name": "a", "at": "2026-01-05T10:00:00"}, {"name": "b", "at": "soon"}, "c")
    assert [thing.at for thing in good] == [datetime(2026, 1, 5, 10, tzinfo=UTC)]
    assert bad[0][0] == "b"
    assert "Acme sent “soon” as at of order b" in bad[0][1]
    assert "read it again" in bad[0][1]


def test_records_without_a_name_are_told_apart() -> None:
    _, bad = _read({"at": "x"}, {"at": "y"}, "junk", {"at": "x"})
    first, second, third, again = (number for number, _ in bad)
    assert len({first, second, third}) == 3
    assert first == again


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+01:00"])
def test_a_moment_outside_of_time_is_a_bad_record(at: str) -> None:
    assert _read({"name": "a", "at": at})[1]


def test_what_stands_in_place_of_an_object_is_not_shown() -> None:
    row = {"orderNumber": "1", "amount": "1", "currencyCode": "EUR", "createdAt": "2026-01-05"}
    address = {**row, "shipment": "Jane Planted, Lane 1"}
    _, bad = stockx.ORDERS.read_all([address], stockx.order_of)
    assert "Planted" not in bad[0].message


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1E+2", "100.00"), (Decimal("1E+2"), "100.00"), ("0.125", "0.13"), ("-0.125", "-0.13")],
)
def test_amounts_are_cents_half_up(written: object, amount: str) -> None:
    assert str(amount_of(written)) == amount


@pytest.mark.parametrize("value", ["1e30", Decimal("1E+30"), "NaN", "1e-99", 10**30])
def test_what_nothing_costs_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount_of(value)


@pytest.mark.parametrize(
    "kept",
    [stockx.cleaned, alias.kept, lambda row: ebay_kept.kept(row, ebay_kept.ORDER)],
    ids=["StockX", "alias", "eBay"],
)
def test_a_new_key_about_people_is_not_kept(kept: Callable[[Any], Raw]) -> None:
    names = ("firstName", "lastName", "fullName", "username", "sellerName", "street", "city")
    about = dict.fromkeys((*names, "zipCode", "postalCode", "taxId"), "planted")
    assert "planted" not in repr(kept({**about, "id": "1", "shipTo": about, "parties": [about]}))


def test_the_zero_time_of_alias_is_none() -> None:
    row = {
        "id": "ao-1",
        "catalog_id": "acme",
        "size": 9,
        "price_cents": "15000",
        "sold_at": "2026-01-06T08:00:00Z",
        "cancels_at": "0001-01-01T00:00:00Z",
    }
    assert alias.order_of(row).ship_by is None
    with pytest.raises(ValidationError):
        alias.order_of({**row, "sold_at": "0001-01-01T00:00:00Z"})
