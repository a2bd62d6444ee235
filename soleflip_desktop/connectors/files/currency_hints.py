"""Which currency amounts are in where no column of their own says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from soleflip_desktop.connectors.files.profiles import normalise
from soleflip_desktop.connectors.files.recognise import is_blank
from soleflip_desktop.domain.import_fields import FIELDS, Kind, Target
from soleflip_desktop.domain.import_plan import ImportPlan, MappedColumn, Profile
from soleflip_desktop.domain.import_sketch import FileSketch, Question, QuestionKind

#: The one column of currencies that speaks for every amount of a row.
_ANY = {"currency", "waehrung"}
_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_CODES = ("EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "PLN", "SEK", "DKK", "NOK", "CZK")
_CODE = re.compile(rf"(?<![A-Za-z])({'|'.join(_CODES)})(?![A-Za-z])")
#: Amounts of a sale are in the currency of its price unless a column of their own says more.
_PRICES = {"cost_currency", "retail_currency", "price_currency"}


def shared_currency(
    columns: Sequence[MappedColumn], profile: Profile, sketch: FileSketch
) -> list[MappedColumn]:
    """A plain column “Currency” is also that of amounts for which none is named."""
    known = FIELDS[profile.target]
    plain = [
        column.source
        for column in columns
        if known[column.field].kind is Kind.CURRENCY
        and column.source is not None
        and normalise(sketch.header[column.source]) in _ANY
    ]
    if not plain:
        return list(columns)
    absent = dict.fromkeys(currency for _, currency in _unnamed(columns, profile.target))
    return [*columns, *(MappedColumn(field, plain[0]) for field in absent)]


def _unnamed(columns: Iterable[MappedColumn], target: Target) -> Iterator[tuple[str, str]]:
    """Amounts whose currency stands in no column, and the field that would hold it."""
    columns = list(columns)
    named = {column.field for column in columns}
    for column in columns:
        own = FIELDS[target][column.field].currency
        if own is None or own in named:
            continue
        currency = own if own in _PRICES else "gross_currency"
        if currency not in named:
            yield column.field, currency


def stated_currency(plan: ImportPlan, sketch: FileSketch) -> str | None:
    """The one currency that the headers and cells of such amounts name; None: none or several."""
    found = set()
    for name, _ in _unnamed(plan.columns, plan.target):
        column = plan.column(name)
        if column is not None and column.source is not None:
            place = column.source
            texts = [plan.header[place]]
            texts += [row[place] for row in sketch.rows if place < len(row)]
            found |= {code for text in texts for code in _currencies(text)}
    return found.pop() if len(found) == 1 else None


def _currencies(text: str) -> Iterator[str]:
    yield from (code for sign, code in _SIGNS.items() if sign in text)
    yield from _CODE.findall(text)


def currency_question(plan: ImportPlan, sketch: FileSketch) -> list[Question]:
    """Asked once a file, for amounts of which neither file nor layout names the currency."""
    open_fields = [
        name
        for name, _ in _unnamed(plan.columns, plan.target)
        if not _all_named(plan, sketch, name)
    ]
    if plan.currency or not open_fields:
        return []
    headers = ", ".join(f"“{plan.header_of(name)}”" for name in open_fields)
    verb = "is" if len(open_fields) == 1 else "are"
    message = f"{sketch.name}: nothing says which currency {headers} {verb} in. Choose one."
    return [Question(QuestionKind.CURRENCY, open_fields[0], message, _CODES, "--currency EUR")]


def _all_named(plan: ImportPlan, sketch: FileSketch, name: str) -> bool:
    """Whether each amount names its own currency, be they several."""
    column = plan.column(name)
    if column is None or column.source is None:
        return False
    place = column.source
    cells = [row[place] for row in sketch.rows if place < len(row) and not is_blank(row[place])]
    return bool(cells) and all(any(_currencies(cell)) for cell in cells)
