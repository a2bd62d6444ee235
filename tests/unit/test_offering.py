"""The outbox in plain words, and what can be a price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from soleflip_desktop.connectors.alias.marketplace import AliasApi
from soleflip_desktop.connectors.ebay.marketplace import EbayApi
from soleflip_desktop.connectors.stockx.marketplace import StockXApi
from soleflip_desktop.domain.marketplace import Capability
from soleflip_desktop.domain.offering import (
    OFFERING,
    Wish,
    answer_words,
    price_problem,
    wish_words,
    without_secrets,
)
from soleflip_desktop.domain.outbox import OutboxAction, OutboxReason, OutboxState


def words(
    action: OutboxAction,
    *,
    ask: str | None = "140",
    old: str | None = None,
    reason: OutboxReason = OutboxReason.USER,
) -> str:
    prices = [None if text is None else Decimal(text) for text in (ask, old)]
    return wish_words(
        Wish(action, reason, "Acme Runner, US 9", "eBay (main)", prices[0], prices[1], "EUR")
    )


def test_wishes_are_plain_sentences() -> None:
    there = "Acme Runner, US 9 on eBay (main)"
    assert words(OutboxAction.CREATE, ask="149.5") == f"List {there} for EUR 149.50"
    assert words(OutboxAction.REPRICE, old="150") == f"Lower {there} from EUR 150 to EUR 140"
    assert words(OutboxAction.REPRICE, old="1E+2") == f"Raise {there} from EUR 100 to EUR 140"
    assert words(OutboxAction.REPRICE) == f"Set the price of {there} to EUR 140"
    assert words(OutboxAction.DELETE) == f"End the offer of {there}"
    assert words(OutboxAction.DELETE, reason=OutboxReason.OVERSELL) == (
        f"End the offer of {there}: the unit was sold elsewhere"
    )


@pytest.mark.parametrize("action", list(OutboxAction))
def test_every_wish_names_unit_and_account(action: OutboxAction) -> None:
    assert "Acme Runner, US 9 on eBay (main)" in words(action, ask=None)


@pytest.mark.parametrize("state", list(OutboxState))
def test_every_state_has_an_answer(state: OutboxState) -> None:
    assert answer_words(state, "", None, synced=True, delayed=False)


def test_answers_say_what_the_marketplace_said() -> None:
    def said(state: OutboxState, error: str = "", operation: str | None = None) -> str:
        return answer_words(state, error, operation, synced=True, delayed=bool(error))

    assert said(OutboxState.PENDING, operation="op-1") == "accepted, operation op-1"
    assert said(OutboxState.FAILED, "Too low.") == "refused: Too low."
    assert said(OutboxState.QUEUED, "No connection.") == "waits: No connection."
    assert "looked up before anything is sent again" in said(OutboxState.UNKNOWN)
    assert answer_words(OutboxState.QUEUED, "", None, synced=False, delayed=False) == (
        "waits: account not connected"
    )


@pytest.mark.parametrize("ask", ["0", "-1", "NaN", "Infinity", "10000000", "1.005"])
def test_what_no_platform_takes_as_a_price(ask: str) -> None:
    assert price_problem(Decimal(ask), whole_units=False)


def test_cents_where_they_are_taken() -> None:
    assert price_problem(Decimal("149.90"), whole_units=False) is None
    assert price_problem(Decimal("149.90"), whole_units=True)
    assert price_problem(Decimal("149.00"), whole_units=True) is None


def test_secrets_are_left_out_however_deep() -> None:
    raw = {"id": 1, "accessToken": "x", "list": [{"X-API-Key": "x", "b": [2]}], "d": {"secret": 1}}
    assert without_secrets(raw) == {"id": 1, "list": [{"b": [2]}], "d": {}}
    assert without_secrets(None) is None


@pytest.mark.parametrize("api", [StockXApi, EbayApi, AliasApi])
def test_what_is_offered_is_what_connectors_can_do(api: Any) -> None:
    changes = {
        Capability.CREATE,
        Capability.REPRICE,
        Capability.ACTIVATE,
        Capability.DELETE,
        Capability.SHIP,
    }
    assert api.capabilities & changes == OFFERING[api.marketplace]
