"""How a file is to be read, as data: profiles say it for a layout, a plan for one file.

A profile knows columns by their headers, in any language; a plan has found them. The plan is
frozen into the batch: the check, the run and a redo read with the very same one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from soleflip_desktop.domain.import_fields import Target


class NumberStyle(StrEnum):
    """Which character ends the whole part of a number; the other one may group thousands."""

    POINT = "point"  # 1,234.56
    COMMA = "comma"  # 1.234,56


class DateOrder(StrEnum):
    """What the first of two ambiguous numbers of a date is."""

    DMY = "dmy"  # 31.12.2025, 31/12/25
    MDY = "mdy"  # 12/31/2025
    YMD = "ymd"  # 2025-12-31


class ImportMode(StrEnum):
    """What may happen to records: new ones come in, known ones are brought up to date."""

    INSERT = "insert"
    UPDATE = "update"
    BOTH = "both"


class Identity(StrEnum):
    """Which values find the record that a row is about."""

    ID = "id"  # our own number, from our own export
    NUMBER = "number"  # the marketplace's order number, within the account
    PURCHASE = "purchase"  # purchase order number, style and size
    STYLE = "style"  # style code
    NAME = "name"  # name (of a product: with brand and style code)
    OFFER = "offer"  # supplier, source and the size
    CONTENT = "content"  # the whole row, and how many equal ones stood before it


@dataclass(frozen=True, slots=True)
class Dialect:
    """How bytes become records. `header_row` counts the records before the header."""

    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 0
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class RowRules:
    """Which rows of a report are what. Words are compared without regard to case.

    `kind_column` is the header of the column that tells; without it every row is one to import.
    `charges` maps a word to the ChargeKind that such a row adds to the order it names. A row with
    none of the `needs` fields is a roll-up of the rows below it. `footers` are regular expressions
    of lines that are not rows.
    """

    kind_column: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    charges: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One column of a layout. `headers` are its names, in any language.

    A required column must be in the header and have a value in each row; an expected one must be
    in the header. `number` and `dates` are given where the layout fixes them; else the values of
    each file decide. `negate` turns signs (a report whose fees are negative). `values` translates
    words of the file into ours.
    """

    field: str
    headers: tuple[str, ...]
    required: bool = False
    expected: bool = False
    number: NumberStyle | None = None
    dates: DateOrder | None = None
    negate: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """One layout. `currency` is that of amounts for which the file names none.

    `ignored` are headers that belong to the layout but are not read, such as calculated columns.
    """

    key: str
    title: str
    target: Target
    columns: tuple[ProfileColumn, ...]
    identity: Identity
    mode: ImportMode = ImportMode.BOTH
    platform: str | None = None
    account: str | None = None
    currency: str | None = None
    zone: str = "UTC"
    ignored: tuple[str, ...] = ()
    rows: RowRules = dataclasses.field(default_factory=RowRules)
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One of our fields and where its values come from: a position in the header or a constant."""

    field: str
    source: int | None
    constant: str | None = None
    required: bool = False
    number: NumberStyle | None = None
    dates: DateOrder | None = None
    negate: bool = False
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything that decides what becomes of a file's bytes.

    `kind_source` is the position of the column that `rows.kind_column` names. `edits` replace
    whole records, by row number; `skipped_rows` and `skipped_cells` (row, field) were unticked.
    """

    profile: str
    title: str
    target: Target
    dialect: Dialect
    header: tuple[str, ...]
    columns: tuple[MappedColumn, ...]
    identity: Identity
    mode: ImportMode
    platform: str | None = None
    account: str | None = None
    currency: str | None = None
    zone: str = "UTC"
    rows: RowRules = dataclasses.field(default_factory=RowRules)
    kind_source: int | None = None
    edits: Mapping[int, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    skipped_rows: tuple[int, ...] = ()
    skipped_cells: tuple[tuple[int, str], ...] = ()

    def column(self, name: str) -> MappedColumn | None:
        return next((column for column in self.columns if column.field == name), None)

    def header_of(self, name: str) -> str:
        """What the file calls a field; our own name where it has no column."""
        column = self.column(name)
        if column is None or column.source is None:
            return name
        return self.header[column.source]


@dataclass(frozen=True, slots=True)
class PlanChoices:
    """What a person decided beforehand (CLI flags, the wizard); None leaves it to the file.

    `columns` maps a header or field name to a field, "" to leave a column out; `constants` gives a
    field one value for all rows; `values` maps a field's words to ours.
    """

    profile: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    number: NumberStyle | None = None
    dates: DateOrder | None = None
    currency: str | None = None
    zone: str | None = None
    account: str | None = None
    identity: Identity | None = None
    mode: ImportMode | None = None
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)
    constants: Mapping[str, str] = dataclasses.field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
