"""Charge lines of synced orders, written anew where the platform tells something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg

from soleflip_desktop.db.queries.sync_rows import insert_rows
from soleflip_desktop.db.queries.unit_charges import POSITIONS
from soleflip_desktop.domain.marketplace import RemoteOrder
from soleflip_desktop.domain.money import Money, round_cents
from soleflip_desktop.domain.synced_sales import itemised, with_residual
from soleflip_desktop.domain.transactions import Charge, ChargeKind, ChargeSource

Connection = psycopg.Connection[Any]
Row = Mapping[str, Any]

STORED = """
SELECT order_id, kind, amount, currency, source, payout_id FROM transactions.transaction
WHERE order_id = ANY(%s) ORDER BY order_id, position
"""
DELETE = "DELETE FROM transactions.transaction WHERE order_id = ANY(%s)"


def write(
    connection: Connection, told: Mapping[int, RemoteOrder], stored: Mapping[int, Row]
) -> frozenset[int]:
    """Replaces the lines of orders, by id, where they change; says which stored ones that are.

    A platform that tells no charges changes none: only what they leave of the payout follows.
    `stored` are the columns of orders that were there before, as they are now.
    """
    lines, payouts = _stored(connection, list(stored))
    wanted = {id_: _wanted(record, stored.get(id_), lines) for id_, record in told.items()}
    changed = frozenset(id_ for id_ in stored if wanted[id_] != lines.get(id_, []))
    if changed:
        connection.execute(DELETE, (list(changed),))
    rows = [
        _row(id_, line, payouts.get((id_, line.kind)))
        for id_ in wanted
        if id_ in changed or id_ not in stored
        for line in wanted[id_]
    ]
    insert_rows(connection, "transactions.transaction", rows)
    return changed


def _stored(
    connection: Connection, ids: list[int]
) -> tuple[dict[int, list[Charge]], dict[tuple[int, ChargeKind], int]]:
    """The lines of each order, and the payouts of lines that were settled on their own."""
    lines: dict[int, list[Charge]] = {}
    payouts: dict[tuple[int, ChargeKind], int] = {}
    for id_, kind, amount, currency, source, payout_id in connection.execute(STORED, (ids,)):
        charge = Charge(ChargeKind(kind), amount, currency, ChargeSource(source))
        lines.setdefault(id_, []).append(charge)
        if payout_id is not None:
            payouts[id_, charge.kind] = payout_id
    return lines, payouts


def _wanted(
    record: RemoteOrder, row: Row | None, lines: Mapping[int, list[Charge]]
) -> list[Charge]:
    gross = Money(round_cents(record.gross.amount), record.gross.currency)
    payout = (
        Money(round_cents(record.payout.amount), record.payout.currency) if record.payout else None
    )
    if row is not None and row["payout_amount"] is not None:
        payout = Money(row["payout_amount"], row["payout_currency"])
    kept = [line for line in lines.get(row["id"], []) if row] if row else []
    charges = (
        itemised(record.charges, (payout or gross).currency)
        if record.charges
        else [line for line in kept if line.source is ChargeSource.ITEMISED]
    )
    return sorted(with_residual(gross, payout, charges), key=lambda line: POSITIONS[line.kind])


def _row(order_id: int, line: Charge, payout_id: int | None) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "position": POSITIONS[line.kind],
        "kind": line.kind,
        "amount": line.amount,
        "currency": line.currency,
        "source": line.source,
        "payout_id": payout_id,
    }
