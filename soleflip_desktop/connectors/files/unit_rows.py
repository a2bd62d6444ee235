"""What rows of units and sales are completed to: sums of charges, currencies, places, residuals."""

from __future__ import annotations

import polars as pl

from soleflip_desktop.connectors.files.cells import typed
from soleflip_desktop.connectors.files.quantities import MOST_UNITS, one_row_a_unit
from soleflip_desktop.connectors.files.row_shapes import (
    Currency,
    Fault,
    coded,
    product_missing,
    symbol,
    with_absent,
)
from soleflip_desktop.connectors.files.variants import VariantRegistry
from soleflip_desktop.domain.countries import country_code, us_state_code
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import Identity, ImportPlan
from soleflip_desktop.domain.staging import CHARGE_FIELDS, UNIT_COLUMNS

#: Several columns of a report that are one charge of ours; a negative sign subtracts.
PARTS = {
    "seller_fee": ("seller_fee", *(f"seller_fee_{n}" for n in range(2, 7))),
    "adjustment": ("adjustment", "adjustment_2", "adjustment_3"),
    "shipping": ("shipping", "-shipping_income"),
}
MONEY = pl.Decimal(16, 2)
#: What a unit cost, all in its `cost_currency`.
COSTS = ("cost_gross", "cost_net", "cost_inbound")
#: What tells units apart; rows that lack it are told apart by their content.
NUMBERS = {Identity.ID: "item_id", Identity.PURCHASE: "purchase_order_number"}


class UnitShape:
    """Rows that are a unit, its sale, or both."""

    def __init__(self, plan: ImportPlan, fields: frozenset[str], rolled_up: set[str]) -> None:
        self._plan = plan
        self._fields = fields
        self._rolled_up = rolled_up
        self.counted = "quantity" in fields
        self.registry = VariantRegistry(plan.currency)
        self._cost = Currency.of(COSTS, "cost_currency", plan, fields)
        sale = "gross" if "gross" in fields else "payout"
        self._sale = Currency.of(sale, "gross_currency", plan, fields)
        self._charges = [c for c in CHARGE_FIELDS if fields & self._parts(c)]
        self._content = plan.identity is Identity.CONTENT or plan.target is Target.ITEMS
        self._number = NUMBERS.get(plan.identity)
        self.columns = self._staged()
        self.faults = tuple(self._faults())

    @staticmethod
    def _parts(charge: str) -> set[str]:
        return {part.lstrip("-") for part in PARTS.get(charge, (charge,))}

    @property
    def _sold(self) -> bool:
        return bool(self._fields & {"gross", "payout"}) and "sold_at" in self._fields

    @property
    def _bought(self) -> bool:
        return not self._fields.isdisjoint(COSTS)

    def _staged(self) -> list[str]:
        names = {"variant_key", *self._charges, *(self._fields & UNIT_COLUMNS.keys())}
        if self._content:
            names.add("content")
        if self._bought:
            names.add("cost_currency")
        if self._sold:
            names |= {"gross", "gross_currency"}
        if "payout" in self._fields:
            names.add("residual")
        if "buyer_region" in self._fields:
            names.add("buyer_country")
        return [name for name in UNIT_COLUMNS if name in names and name != "cleared"]

    # -- what is wrong -------------------------------------------------------------------------

    def _faults(self) -> list[Fault]:
        faults = list(product_missing(self._plan, self._fields))
        for field, currency in (("gross", self._sale), *((cost, self._cost) for cost in COSTS)):
            if field in self._fields:
                amount = pl.col(typed(field))
                missing = amount.is_not_null() & currency.read.is_null()
                faults.append(Fault(field, "negative_price", amount.str.starts_with("-")))
                faults.append(Fault(field, "no_currency", missing))
        sold_at = self._plan.column("sold_at")
        if "gross" in self._fields and sold_at is not None and not sold_at.required:
            undated = pl.col(typed("gross")).is_not_null() & pl.col("sold_at").is_null()
            faults.append(Fault("gross", "sale_without_date", undated))
        if self.counted:
            too_many = pl.col(typed("quantity")) > MOST_UNITS
            faults.append(Fault("quantity", "too_many_units", too_many))
        return faults + [fault for field in self._fields for fault in self._other_currency(field)]

    def _other_currency(self, field: str) -> list[Fault]:
        """Amounts of one row are never added across currencies."""
        known = FIELDS[Target.SALES][field]
        if known.kind is not Kind.AMOUNT or not known.currency or not self._sold:
            return []
        if field.startswith(("cost_", "gross", "retail_")):
            return []
        own = known.currency in self._fields and known.currency != "gross_currency"
        place = known.currency if own else field
        currency = pl.col(typed(known.currency) if own else symbol(field))
        if not own and known.currency in self._fields:
            return []  # the column of currencies speaks for all amounts of the row
        other = pl.col(typed(field)).is_not_null() & (currency != self._sale.read)
        return [Fault(place, "mixed_currencies", other)]

    # -- what follows --------------------------------------------------------------------------

    def complete(self, rows: pl.DataFrame) -> pl.DataFrame:
        """One row a unit, with everything that follows from its cells."""
        if self._content:
            content = self._content_of()
            if self._number in self._fields:  # its own number says which unit it is
                content = pl.when(pl.col(self._number).is_null()).then(content)
            rows = rows.with_columns(content=content)
        rows = rows.with_columns(
            self._sum(charge).alias(charge) for charge in self._charges if charge in PARTS
        )
        rows = rows.with_columns(self._currencies())
        if "payout" in self._fields and self._rolled_up:
            rows = rows.with_columns(payout=self._settled())
        if "line_id" in self._fields:
            number = pl.concat_str(["external_id", "line_id"], separator="/", ignore_nulls=True)
            rows = rows.with_columns(external_id=number)
        if self.counted:
            rows = one_row_a_unit(rows, ["gross", "payout", *self._charges])
        if "payout" in self._fields:
            rows = rows.with_columns(residual=_amount("payout") - self._net())
        if self._fields & {"buyer_country", "buyer_region"}:
            rows = self._with_places(rows)
        if "retail_price" in self._fields or "release_date" in self._fields:
            rows = with_absent(rows, ("retail_price", "release_date"))
            rows = rows.with_columns(pl.col("release_date").cast(pl.String))
        return self.registry.assign(with_absent(rows, ("name", "style", "size")))

    def _sum(self, charge: str) -> pl.Expr:
        """Null where all parts are blank: no line is booked then."""
        parts = [part for part in PARTS[charge] if part.lstrip("-") in self._fields]
        if parts == [charge]:
            return pl.col(charge)
        amounts = [_amount(p[1:]).neg() if p.startswith("-") else _amount(p) for p in parts]
        known = pl.any_horizontal(amount.is_not_null() for amount in amounts)
        total = pl.sum_horizontal(amount.fill_null(0) for amount in amounts)
        return pl.when(known).then(total.cast(pl.String))

    def _currencies(self) -> list[pl.Expr]:
        found = []
        if self._sold:
            gross = [pl.col(name) for name in ("gross", "payout") if name in self._fields]
            found.append(pl.coalesce(gross).alias("gross"))
            known = pl.coalesce(gross).is_not_null()
            found.append(pl.when(known).then(self._sale.value).alias("gross_currency"))
        if self._bought:
            known = pl.any_horizontal(
                pl.col(name).is_not_null() for name in COSTS if name in self._fields
            )
            found.append(pl.when(known).then(self._cost.value).alias("cost_currency"))
        return found

    def _net(self) -> pl.Expr:
        """What the payout should be: sale price less charges plus VAT."""
        net = _amount("gross")
        for charge in self._charges:
            amount = _amount(charge).fill_null(0)
            net = net + amount if charge == "vat" else net - amount
        return net

    def _settled(self) -> pl.Expr:
        """The payout of a line whose order was settled in a roll-up: what its charges leave."""
        rolled_up = pl.col("external_id").is_in(list(self._rolled_up))
        missing = pl.col("payout").is_null() & rolled_up
        return pl.when(missing).then(self._net().cast(pl.String)).otherwise(pl.col("payout"))

    def _content_of(self) -> pl.Expr:
        """What makes a row without a number that row: all its cells, in one spelling."""
        kinds = FIELDS[self._plan.target]
        cells = (
            pl.col(c.field).cast(MONEY) if kinds[c.field].kind is Kind.AMOUNT else pl.col(c.field)
            for c in self._plan.columns
            if c.field in self._fields
        )
        return pl.concat_str([cell.cast(pl.String).fill_null("") for cell in cells], separator="|")

    def _with_places(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Countries as codes; a region of the United States tells its country as well."""
        rows = with_absent(rows, ("buyer_country", "buyer_region"))
        country = coded(rows["buyer_country"], country_code)
        region = coded(rows["buyer_region"], us_state_code)
        return rows.with_columns(
            pl.coalesce(country, region.str.slice(0, 2)).alias("buyer_country"),
            pl.coalesce(region, pl.col("buyer_region")).alias("buyer_region"),
        )


def _amount(field: str) -> pl.Expr:
    """Exact: cells hold two decimals at most."""
    return pl.col(field).cast(MONEY)
