"""Services without a database, slow or broken on request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

import numpy as np

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.grid_query import (
    Condition as Comparison,
)
from soleflip_desktop.domain.grid_query import FieldKind, GridQuery, Operator
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import (
    BatchRow,
    BatchStatus,
    CurrencyTotals,
    ImportPhase,
    ImportProgress,
    ImportRequest,
    ImportResult,
    RowIssue,
)
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
from soleflip_desktop.domain.provenance import ImportedChange, Provenance
from soleflip_desktop.domain.transactions import (
    Charge,
    ChargeKind,
    ChargeSource,
    OrderDetail,
    OrderRow,
    OrderStatus,
)
from soleflip_desktop.services.grid import (
    CurrencySums,
    FieldSums,
    FieldValue,
    GridView,
    Group,
)
from soleflip_desktop.sync.import_runner import ProgressListener

RowT = TypeVar("RowT", ItemRow, OrderRow)

_START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_PRODUCTS = (
    ("Jordan 1 Retro High OG Chicago Lost and Found", "Jordan", "DZ5485-612", "sneakers"),
    ("Nike Dunk Low Retro White Black Panda", "Nike", "DD1391-100", "sneakers"),
    ("adidas Yeezy Slide Onyx", "adidas", "HQ6448", "sneakers"),
    ("New Balance 2002R Protection Pack Rain Cloud", "New Balance", "M2002RDA", "sneakers"),
    ("Supreme Box Logo Hooded Sweatshirt Black", "Supreme", None, "streetwear"),
    ("ASICS Gel-Kayano 14 Cream Black", "ASICS", "1201A019-108", "sneakers"),
    ("Pop Mart Labubu The Monsters Tasty Macarons Blind Box", None, None, "collectibles"),
)
_SIZES = ("US 9", "US 9.5", "US 10", "US 10.5", "US 8W", "XL", "EU 44 2/3")
_PLATFORMS = ("StockX", "StockX", "eBay", "alias")
_COUNTRIES = ("Germany", "France", "Italy", "Netherlands", None)


def item_row(number: int) -> ItemRow:
    product, brand, style, category = _PRODUCTS[number % len(_PRODUCTS)]
    status = list(ItemStatus)[number * 5 % len(ItemStatus)] if number % 3 else ItemStatus.SOLD
    sold = status in {ItemStatus.SOLD, ItemStatus.COMPLETED, ItemStatus.SHIPPED}
    cost = Decimal(9000 + number * 137 % 21000) / 100 if number % 11 else None
    gross = Decimal(11000 + number * 211 % 26000) / 100 if sold else None
    payout = round(gross * Decimal("0.885"), 2) if gross is not None else None
    return ItemRow(
        id=number,
        product=product,
        brand=brand,
        style_code=style,
        category=category,
        size=_SIZES[number % len(_SIZES)],
        status=status,
        cost=cost,
        cost_currency="EUR" if cost is not None else None,
        gross=gross,
        gross_currency=None if gross is None else "EUR",
        payout=payout,
        payout_currency=None if payout is None else "EUR",
        profit=payout - cost if payout is not None and cost is not None else None,
        acquired_at=_START - timedelta(days=number % 400 + 30),
        sold_at=_START - timedelta(hours=number * 7) if sold else None,
        platform=_PLATFORMS[number % len(_PLATFORMS)] if sold else None,
        batch_id=1,
        import_row=number,
        listed=("StockX",) if status is ItemStatus.AVAILABLE and number % 2 else (),
        location=f"Shelf {number % 4}" if number % 5 else None,
        landed_cost=cost,
        days_held=number % 400,
        roi_pct=round((payout - cost) / cost * 100, 2) if payout and cost else None,
        market_value=cost * 2 if cost else None,
        market_currency="EUR" if cost else None,
        market_seen_at=_START if cost else None,
    )


def order_row(number: int) -> OrderRow:
    item = item_row(number * 3)
    gross = item.gross or Decimal("180.00")
    currency = "USD" if number % 9 == 0 else "EUR"
    payout = round(gross * Decimal("0.885"), 2) if number % 13 else None
    cost = item.cost
    known = payout is not None and cost is not None
    return OrderRow(
        id=number,
        order_number=f"{72_000_000 + number * 913}-{71_900_000 + number * 913}",
        platform=_PLATFORMS[number % len(_PLATFORMS)],
        account="Main",
        product=item.product,
        brand=item.brand,
        style_code=item.style_code,
        size=item.size,
        status=OrderStatus.COMPLETED if number % 4 else list(OrderStatus)[number % 9],
        sold_at=_START - timedelta(hours=number * 5),
        gross=gross,
        gross_currency=currency,
        charges=payout - gross if payout is not None else None,
        payout=payout,
        payout_currency=currency if payout is not None else None,
        cost=cost,
        cost_currency="EUR" if cost is not None else None,
        profit=payout - cost if known and payout is not None and cost is not None else None,
        paid_at=_START - timedelta(hours=number * 5 - 140) if payout is not None else None,
        buyer_country=_COUNTRIES[number % len(_COUNTRIES)],
        buyer_region=None,
        batch_id=1,
        import_row=number,
    )


class FakeGrid(Generic[RowT]):
    """A GridSource over a list. `hold` makes the calls of that name wait until released."""

    def __init__(self, rows: Sequence[RowT]) -> None:
        self.by_id: dict[int, RowT] = {row.id: row for row in rows}
        self.calls: list[tuple[str, Any]] = []
        self.error: UserError | Exception | None = None
        self.stale = 0
        self.gates: dict[str, asyncio.Event] = {}

    def hold(self, call: str) -> asyncio.Event:
        """The next calls of that name wait; setting the event lets them go on."""
        return self.gates.setdefault(call, asyncio.Event())

    @property
    def kinds(self) -> dict[str, FieldKind]:
        row = next(iter(self.by_id.values()), None)
        fields = () if row is None else type(row).__slots__
        return {field: _KINDS.get(field, FieldKind.TEXT) for field in fields}

    async def preview(self, query: GridQuery) -> GridView:
        await self._enter("preview", query)
        ids = self._ordered(query)
        return GridView(ids[:64], len(ids), len(ids), (), complete=False)

    async def view(self, query: GridQuery) -> GridView:
        await self._enter("view", query)
        ids = self._ordered(query)
        total, matching, sums = len(self.by_id), len(ids), self._sums(ids)
        if query.group_by is None:
            return GridView(ids, total, matching, sums)
        groups, ids = self._grouped(ids, query.group_by, query.collapsed)
        return GridView(ids, total, matching, sums, groups)

    async def rows(self, ids: Sequence[int]) -> list[RowT]:
        assert min(ids) >= 0, "heads of groups are no rows"
        # Read before the gate: a slow answer carries what was true when it was asked.
        rows = [self.by_id[row_id] for row_id in ids if row_id in self.by_id]
        await self._enter("rows", list(ids))
        return rows

    async def values(self, query: GridQuery, field: str) -> list[FieldValue]:
        await self._enter("values", field)
        others = tuple(one for one in query.filters if one.field != field)
        ids = self._ordered(replace(query, filters=others)).tolist()
        texts = Counter(_shown(getattr(self.by_id[row_id], field)) for row_id in ids)
        return [FieldValue(text, rows) for text, rows in sorted(texts.items())]

    async def sums(self, ids: Any, fields: Sequence[str]) -> list[FieldSums]:
        await self._enter("sums", (len(ids), list(fields)))
        found: dict[tuple[str, str | None], list[Decimal]] = {}
        for field in fields:
            for row in (self.by_id[row_id] for row_id in ids.tolist()):
                if (value := getattr(row, field)) is not None:
                    currency = _currency(row, field)
                    found.setdefault((field, currency), []).append(Decimal(value))
        return [_field_sums(field, currency, found[field, currency]) for field, currency in found]

    async def warm(self) -> None:
        self.calls.append(("warm", None))

    def mark_stale(self) -> None:
        self.stale += 1

    async def _enter(self, call: str, detail: object) -> None:
        self.calls.append((call, detail))
        gate = self.gates.pop(call, None)
        await (gate.wait() if gate is not None else asyncio.sleep(0))
        if self.error is not None:
            raise self.error

    def _ordered(self, query: GridQuery) -> Any:
        words = query.search.casefold().split()
        rows = [
            row
            for row in self.by_id.values()
            if all(word in _text(row, query.search_fields) for word in words)
            and all(
                _holds(comparison, getattr(row, one.field))
                for one in query.filters
                for comparison in one.conditions
            )
        ]
        blanks: list[RowT]
        filled: list[RowT]
        for key in reversed(query.sort):
            blanks = [row for row in rows if getattr(row, key.field) is None]
            filled = [row for row in rows if getattr(row, key.field) is not None]
            filled.sort(key=_sort_value(key.field), reverse=key.descending)
            rows = filled + blanks
        return np.array([row.id for row in rows], dtype=np.int64)

    def _grouped(
        self, ids: Any, field: str, collapsed: frozenset[str]
    ) -> tuple[tuple[Group, ...], Any]:
        members: dict[str, list[int]] = {}
        for row_id in ids.tolist():
            members.setdefault(_shown(getattr(self.by_id[row_id], field)), []).append(row_id)
        groups: list[Group] = []
        order: list[int] = []
        for place, title in enumerate(sorted(members)):
            inside = members[title]
            folded = title in collapsed
            sums = self._sums(np.array(inside))
            groups.append(Group(title, title, len(inside), sums, folded))
            order.append(-place - 1)
            if not folded:
                order += inside
        return tuple(groups), np.array(order, dtype=np.int64)

    def _sums(self, ids: Any) -> tuple[CurrencySums, ...]:
        sums: dict[str, list[Decimal | None]] = {}
        sales: dict[str, int] = {}
        for row_id in ids.tolist():
            row = self.by_id[row_id]
            for place, amount, currency in (
                (0, row.gross, row.gross_currency),
                (1, row.payout, row.payout_currency),
                (2, row.cost, row.cost_currency),
            ):
                if amount is not None and currency is not None:
                    three = sums.setdefault(currency, [None, None, None])
                    three[place] = (three[place] or Decimal(0)) + amount
                    sales[currency] = sales.get(currency, 0) + (place == 0)
        return tuple(
            CurrencySums(name, sales[name], *three) for name, three in sorted(sums.items())
        )


_KINDS = {
    **dict.fromkeys(
        (
            "cost",
            "cost_net",
            "cost_inbound",
            "landed_cost",
            "gross",
            "payout",
            "profit",
            "charges",
            "profit_per_day",
            "market_value",
        ),
        FieldKind.AMOUNT,
    ),
    **dict.fromkeys(
        ("id", "days_held", "roi_pct", "margin_at_ask_pct", "vat_pct", "attachments"),
        FieldKind.NUMBER,
    ),
    **dict.fromkeys(
        ("acquired_at", "sold_at", "paid_at", "delivered_at", "market_seen_at", "ship_by"),
        FieldKind.MOMENT,
    ),
    **dict.fromkeys(
        ("brand", "size", "status", "category", "platform", "listed", "location", "condition"),
        FieldKind.CHOICE,
    ),
    "return_until": FieldKind.DAY,
}
_CURRENCIES = {"gross": "gross_currency", "market_value": "market_currency"} | dict.fromkeys(
    ("payout", "profit", "profit_per_day", "charges"), "payout_currency"
)
_COMPARED: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LESS: lambda value, other: bool(value < other),
    Operator.AT_MOST: lambda value, other: bool(value <= other),
    Operator.MORE: lambda value, other: bool(value > other),
    Operator.AT_LEAST: lambda value, other: bool(value >= other),
    Operator.EQUALS: lambda value, other: _shown(value) == _shown(other),
    Operator.CONTAINS: lambda value, other: str(other).casefold() in _shown(value).casefold(),
}


def _sort_value(field: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row, field)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def _currency(row: object, field: str) -> str | None:
    if _KINDS.get(field) is not FieldKind.AMOUNT:
        return None
    currency: str | None = getattr(row, _CURRENCIES.get(field, "cost_currency"))
    return currency


def _field_sums(field: str, currency: str | None, values: list[Decimal]) -> FieldSums:
    average = round(sum(values, Decimal(0)) / len(values), 2)
    total, least, most = sum(values, Decimal(0)), min(values), max(values)
    return FieldSums(field, currency, len(values), total, average, least, most)


def _holds(comparison: Comparison, value: Any) -> bool:
    """The comparisons that tests of pages use; the real ones are tested with the mirror."""
    if comparison.operator in {Operator.BLANK, Operator.FILLED}:
        return (value is None) is (comparison.operator is Operator.BLANK)
    if comparison.operator is Operator.ONE_OF:
        return _shown(value) in {_shown(one) for one in comparison.values}
    return value is not None and _COMPARED[comparison.operator](value, comparison.values[0])


def _text(row: ItemRow | OrderRow, fields: Sequence[str] | None) -> str:
    number = row.order_number if isinstance(row, OrderRow) else ""
    if fields is None:
        return f"{row.product} {row.brand} {row.style_code} {number}".casefold()
    return " ".join(_shown(getattr(row, field)) for field in fields).casefold()


class FakeOrders(FakeGrid[OrderRow]):
    """The orders grid with details."""

    async def detail(self, order_id: int) -> OrderDetail:
        await self._enter("detail", order_id)
        row = self.by_id[order_id]
        fee, processing = (
            round(row.gross * Decimal("-0.075"), 2),
            round(row.gross * Decimal("-0.03"), 2),
        )
        rest = (row.charges or Decimal(0)) - fee - processing
        return OrderDetail(
            row,
            (
                Charge(ChargeKind.SELLER_FEE, fee, row.gross_currency, ChargeSource.ITEMISED),
                Charge(
                    ChargeKind.PAYMENT_PROCESSING,
                    processing,
                    row.gross_currency,
                    ChargeSource.ITEMISED,
                ),
                Charge(ChargeKind.UNITEMISED, rest, row.gross_currency, ChargeSource.DERIVED),
            ),
            _source(
                row,
                "stockx-sales-2026.csv",
                ("Order Number", row.order_number or ""),
                ("Seller Name", "Jane Doe"),
                ("Seller Address (Billing)", "1 Example Street, 10115 Berlin"),
                ("Item", row.product),
                ("Sku Name", row.product),
                ("Sku Size", row.size),
                ("Style", row.style_code or "N/A"),
                ("Buyer Tracking Number", "1Z999AA10123456784"),
                ("Listing Price", str(row.gross)),
                ("Total Gross Amount (Total Payout)", str(row.payout or "")),
                ("VAT Rate", ""),
            ),
        )


class FakeItems(FakeGrid[ItemRow]):
    """The inventory grid with details."""

    async def detail(self, item_id: int) -> ItemDetail:
        await self._enter("detail", item_id)
        row = self.by_id[item_id]
        purchase = Purchase(
            supplier="Schuhhaus Beispiel",
            order_number=f"B-{item_id}",
            invoice_number=f"RE-{item_id}",
            delivered_at=_START,
            return_until=date(2026, 11, 15),
            cost_net=round(row.cost / Decimal("1.19"), 2) if row.cost else None,
            vat_scheme=VatScheme.STANDARD,
            vat_pct=Decimal("19.00"),
        )
        keeping = Keeping(Condition.NEW, BoxState.ORIGINAL, "Shelf 4", None)
        source = _source(
            row,
            "einkauf.csv",
            ("Artikel", row.product),
            ("Größe", row.size),
            ("EK brutto", str(row.cost or "").replace(".", ",")),
            ("Seller Name", "Jane Doe"),
            ("Bemerkung", ""),
        )
        changed = ("lager.csv", 12, _START + timedelta(days=3))
        changes = (
            _change(changed, "cost_gross", "90.00", "95.5"),
            _change(changed, "acquired_at", None, "2026-10-02T00:00:00+00:00"),
            _change(changed, "item_status", "incoming", "to_ship"),
        )
        return ItemDetail(row, purchase, keeping, replace(source, changes=changes))


def _source(row: ItemRow | OrderRow, file: str, *cells: tuple[str, str]) -> Provenance:
    return Provenance(file, row.batch_id, row.import_row, cells)


def _change(
    where: tuple[str, int, datetime], field: str, old: str | None, new: str | None
) -> ImportedChange:
    file, row, moment = where
    return ImportedChange(file, row, field, old, new, moment)


def batch_row(number: int, **changes: Any) -> BatchRow:
    started = _START - timedelta(days=number)
    row = BatchRow(
        id=number,
        file=f"stockx-sales-{2026 - number}.csv",
        format="stockx-sales",
        title="StockX sales report",
        target=Target.SALES,
        status=BatchStatus.COMPLETED,
        started_at=started,
        finished_at=started + timedelta(seconds=4),
        rows=1127,
        imported=1100,
        changed=0,
        duplicates=24,
        rejected=3,
        conflicts=0,
        warnings=149,
        error=None,
    )
    return replace(row, **changes)


def import_result(file: str = "stockx-sales.csv", **changes: Any) -> ImportResult:
    result = ImportResult(
        batch_id=7,
        file=file,
        format="stockx-sales",
        title="StockX sales report",
        rows=1127,
        imported=1100,
        duplicates=24,
        rejected=3,
        warnings=149,
        totals={
            "EUR": CurrencyTotals(
                Decimal("212345.00"), Decimal("-23100.50"), Decimal("188052.50"), Decimal(-1192)
            ),
            "USD": CurrencyTotals(
                Decimal("1200.00"), Decimal("-130.00"), Decimal("1070.00"), Decimal(0)
            ),
        },
        issues=[
            RowIssue(42, "Sale Date", "31.02.2025", "date.invalid", "This day does not exist."),
            RowIssue(77, "Listing Price", "abc", "amount.invalid", "This is not an amount."),
            RowIssue(90, "Order Number", "", "required.blank", "An order needs a number."),
        ],
        seconds=3.4,
    )
    for name, value in changes.items():
        setattr(result, name, value)
    return result


def progress(rows: int, **changes: Any) -> ImportProgress:
    value = ImportProgress(ImportPhase.READING, rows * 400, 1_000_000, rows, 2, 2.0)
    return replace(value, **changes)


class FakeRun:
    """An import that the test drives: `report`, `finish`, `fail`; cancel is remembered."""

    def __init__(self, request: ImportRequest, on_progress: ProgressListener) -> None:
        self.request = request
        self.report: Callable[[ImportProgress], None] = on_progress
        self.cancelled = False
        self._done = asyncio.Event()
        self._result: ImportResult | None = None
        self._error: Exception | None = None

    def finish(self, result: ImportResult) -> None:
        self._result = result
        self._done.set()

    def fail(self, error: Exception) -> None:
        self._error = error
        self._done.set()

    def cancel(self) -> None:
        self.cancelled = True
        self.finish(import_result(status=BatchStatus.CANCELLED, imported=0, issues=[], totals={}))

    async def wait(self) -> ImportResult:
        await self._done.wait()
        if self._error is not None:
            raise self._error
        assert self._result is not None
        return self._result


class FakeRunner:
    """Keeps the runs it started."""

    def __init__(self) -> None:
        self.runs: list[FakeRun] = []

    def start(self, request: ImportRequest, on_progress: ProgressListener) -> FakeRun:
        self.runs.append(FakeRun(request, on_progress))
        return self.runs[-1]
