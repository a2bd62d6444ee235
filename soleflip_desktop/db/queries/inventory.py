"""Units: the rows of the inventory grid, and one unit in full."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from soleflip_desktop.db.queries.figures import (
    DAYS_HELD,
    LANDED_COST,
    MARGIN_AT_ASK_PCT,
    MARKET,
    PRESALE,
    PROFIT,
    PROFIT_PER_DAY,
    ROI_PCT,
    SHIP_BY,
    attachments,
    listings,
    promises,
)
from soleflip_desktop.db.queries.joins import LIVE_SALE, catalog
from soleflip_desktop.domain.integration import ChangedEntity
from soleflip_desktop.domain.inventory import (
    BoxState,
    Condition,
    ItemDetail,
    ItemRow,
    ItemStatus,
    Keeping,
    Purchase,
    VatScheme,
)

CHOICES: dict[str, type[StrEnum]] = {
    "status": ItemStatus,
    "condition": Condition,
    "box_state": BoxState,
    "vat_scheme": VatScheme,
}

ROWS = sa.text(
    f"""
SELECT i.id, p.name AS product, b.name AS brand, p.style_code, c.name AS category,
    s.label AS size, i.status, i.cost_gross AS cost, i.cost_currency,
    o.gross_amount AS gross, o.gross_currency, o.payout_amount AS payout, o.payout_currency,
    {PROFIT} AS profit, i.acquired_at, o.sold_at, f.name AS platform,
    i.import_batch_id AS batch_id, i.import_row, i.version,
    coalesce(g.platforms, '{{}}') AS listed, i.condition, i.box_state, w.path AS location,
    i.tags, i.notes, u.name AS supplier, i.purchase_order_number, i.purchase_invoice_number,
    i.delivered_at, i.return_until, i.cost_net, i.cost_inbound, i.vat_scheme, i.vat_pct,
    {LANDED_COST} AS landed_cost, {DAYS_HELD} AS days_held, {ROI_PCT} AS roi_pct,
    {PROFIT_PER_DAY} AS profit_per_day, m.lowest_ask AS market_value,
    m.currency AS market_currency, m.observed_at AS market_seen_at,
    {MARGIN_AT_ASK_PCT} AS margin_at_ask_pct, coalesce(t.files, 0) AS attachments,
    {PRESALE} AS presale, {SHIP_BY} AS ship_by
FROM inventory.item i
{catalog("i")}LEFT JOIN transactions.order o ON {LIVE_SALE}
LEFT JOIN system.platform_account a ON a.id = o.platform_account_id
LEFT JOIN system.platform f ON f.id = a.platform_id
LEFT JOIN inventory.location w ON w.id = i.location_id
LEFT JOIN suppliers.supplier u ON u.id = i.supplier_id
{MARKET}{listings("l.item_id = ANY(:ids)")}{attachments("n.item_id = ANY(:ids)")}
{promises("n.item_id = ANY(:ids)")}
WHERE i.id = ANY(:ids)
"""  # noqa: S608  (our own constants)
)


#: In the order written, the joins find each row by its key, whichever rows they are: planning all
#: orders anew for each page costs more than reading it.
PLANNED_ONCE = sa.text(
    "SELECT set_config('join_collapse_limit', '1', true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)"
)
_NAMES = [each.name for each in dataclasses.fields(ItemRow)]
_CONVERTED = [
    (_NAMES.index(name), {word.value: word for word in words}) for name, words in CHOICES.items()
]
_LISTS = [_NAMES.index("tags"), _NAMES.index("listed")]


def rows(session: Session, ids: Sequence[int]) -> list[ItemRow]:
    """In any order; ids that are gone are left out."""
    session.execute(PLANNED_ONCE)
    return [_row(list(values)) for values in session.execute(ROWS, {"ids": list(ids)})]


def _row(values: list[Any]) -> ItemRow:
    """The columns stand in the order of the fields: cheaper than by name, for each row in sight."""
    for at, words in _CONVERTED:
        if values[at] is not None:
            values[at] = words[values[at]]
    for at in _LISTS:
        values[at] = tuple(values[at])
    return ItemRow(*values)


def detail(session: Session, item_id: int) -> ItemDetail | None:
    """The unit with its purchase and where it comes from."""
    found = rows(session, [item_id])
    if not found:
        return None
    row = found[0]
    purchase = Purchase(
        supplier=row.supplier,
        order_number=row.purchase_order_number,
        invoice_number=row.purchase_invoice_number,
        delivered_at=row.delivered_at,
        return_until=row.return_until,
        cost_net=row.cost_net,
        vat_scheme=row.vat_scheme,
        vat_pct=row.vat_pct,
    )
    keeping = Keeping(row.condition, row.box_state, row.location, row.notes)
    # The mapped classes come with it, which the rows do without.
    from soleflip_desktop.db.queries.provenance import provenance  # noqa: PLC0415

    source = provenance(session, ChangedEntity.ITEM, item_id, row.batch_id, row.import_row)
    return ItemDetail(row, purchase, keeping, source)
