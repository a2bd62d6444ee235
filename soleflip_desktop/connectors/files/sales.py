"""Reads a file of sales into checked chunks, some megabytes at a time."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import zstandard

from soleflip_desktop.connectors.files.cells import (
    MESSAGES,
    CellRule,
    cleaned,
    rule,
    typed,
)
from soleflip_desktop.connectors.files.profiles import Kind, Profile, choose, normalise
from soleflip_desktop.connectors.files.records import (
    NUL,
    RecordBlock,
    no_line_ends,
    read_blocks,
)
from soleflip_desktop.connectors.files.text import OpenedText
from soleflip_desktop.connectors.files.variants import VariantRegistry
from soleflip_desktop.domain.countries import country_code, us_state_code
from soleflip_desktop.domain.errors import FileImportError
from soleflip_desktop.domain.integration import FileFormat, RowIssue
from soleflip_desktop.domain.read_ahead import read_ahead
from soleflip_desktop.domain.staging import (
    SALE_COLUMNS,
    RawChunk,
    RejectedRow,
    StagedChunk,
    StagedProduct,
    StagedVariant,
    split_record,
)

RAW_ROWS = 1000
#: Of a wrong cell this much is told; all of it is in the raw row.
LONGEST_SHOWN = 200
FEES = ("seller_fee", "payment_processing", "shipping")
CHARGE_CURRENCIES = (*FEES, "vat", "payout")
Indexes = np.ndarray[Any, Any]


class SalesFile:
    """One file of sales (a `SalesReader`)."""

    def __init__(
        self, path: Path, wanted: FileFormat | None = None, encoding: str | None = None
    ) -> None:
        """Raises FileImportError for a file that is not readable or not recognised."""
        self._text = OpenedText(path, encoding)
        self.name = self._text.name
        self._blocks = read_blocks(self._text.stream, self.name)
        try:
            self._first = next(self._blocks, None)
            self.header = self._read_header()
            self._profile: Profile = choose(self.header, wanted, self.name)
        except BaseException:
            self.close()
            raise
        self._places = self._profile.locate(self.header)
        self._registry = VariantRegistry(self._profile.currency)
        self._columns = [c for c in self._profile.columns if c.field in self._places]
        self._rules: dict[str, CellRule] = {c.field: rule(c) for c in self._columns}
        self._charged = [
            field
            for field in CHARGE_CURRENCIES
            if {field, f"{field}_currency"} <= self._rules.keys()
        ]
        self._steps = self._plan()
        self.headers: Mapping[str, str] = {c.field: c.header for c in self._profile.columns}
        self._countries: dict[str, str | None] = {}
        self._regions: dict[str, str | None] = {}
        self.format = self._profile.format
        self.platform = self._profile.platform
        self.account = self._profile.account
        self.encoding = self._text.encoding
        self.bytes_total = self._text.bytes_total

    def _read_header(self) -> Sequence[str]:
        if self._first is None:
            msg = f"{self._text.name}: the file holds no text. Export the report again."
            raise FileImportError(msg)
        record = self._first.record(0)
        if b"\r" in record.rstrip(b"\r\n"):
            raise FileImportError(no_line_ends(self._text.name))
        return _cells(record)

    @property
    def products(self) -> Sequence[StagedProduct]:
        return self._registry.products

    @property
    def variants(self) -> Sequence[StagedVariant]:
        return self._registry.variants

    @property
    def sha256(self) -> str:
        return self._text.sha256

    def close(self) -> None:
        self._text.close()

    def chunks(self) -> Iterator[StagedChunk]:
        """The file from its first row to its last. Raises FileImportError where it ends early."""
        rows = 0
        with (
            ThreadPoolExecutor(1, thread_name_prefix="zstd") as compressor,
            closing(read_ahead(self._all_blocks(), "scanner")) as blocks,
        ):
            for block in blocks:
                chunk = self._chunk(block, compressor.submit(_compress, block))
                rows += chunk.rows
                yield chunk
        if not rows:
            msg = f"{self._text.name}: there is a header line but no row below it."
            raise FileImportError(msg)

    def _all_blocks(self) -> Iterator[RecordBlock]:
        if self._first is not None:
            yield _without_header(self._first)
            self._first = None
        yield from self._blocks

    def _chunk(self, block: RecordBlock, raw: Future[list[RawChunk]]) -> StagedChunk:
        rejected, whole, parsed = self._split(block)
        frame = self._checked(parsed)
        bad = frame["bad"]
        if bad.any():
            rejected += self._rejections(block, frame.filter(bad))
            frame = frame.filter(~bad)
        rows = len(whole) + len(rejected) - int(bad.sum())
        sales = self._sales(frame)
        rejected.sort(key=lambda row: row.row)
        return StagedChunk(rows, self._text.bytes_done, sales, raw.result(), rejected)

    def _checked(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """Values beside their texts, and `bad` for rows that cannot go in."""
        cleaning, reading, wrong = self._steps
        steps = frame.with_columns(cleaning).with_columns(reading).with_columns(wrong)
        # Planning would take longer than it saves.
        return steps.collect(optimizations=pl.QueryOptFlags.none())

    def _plan(self) -> tuple[list[pl.Expr], list[pl.Expr], pl.Expr]:
        """The expressions of all blocks, built once: clean, read, and tell what is wrong."""
        wrong = [rule.wrong for rule in self._rules.values()] + [_below_zero()]
        wrong += [_other_currency(field) for field in self._charged]
        return (
            [cleaned(field) for field in self._places],
            [rule.value for rule in self._rules.values()],
            pl.any_horizontal(*wrong).fill_null(value=False).alias("bad"),
        )

    def _faults(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What is wrong with bad rows: for each place a code or null."""
        faults = [rule.fault for rule in self._rules.values()]
        faults.append(pl.when(_below_zero()).then(pl.lit("negative_price")).alias("!gross!"))
        faults += [
            pl.when(_other_currency(field))
            .then(pl.lit("mixed_currencies"))
            .alias(f"!{field}_currency!")
            for field in self._charged
        ]
        return frame.select("row_no", *faults)

    def _split(self, block: RecordBlock) -> tuple[list[RejectedRow], Indexes, pl.LazyFrame]:
        """One record with misplaced quotes makes the parser give up: then all are looked at."""
        rejected, whole = self._unreadable(block)
        try:
            return rejected, whole, self._parse(block, whole)
        except pl.exceptions.PolarsError:
            self._require_text(block)
        misquoted = [i for i in whole if _is_misquoted(block.record(i), len(self.header))]
        rejected += [self._broken_row(block, i, "misplaced_quote") for i in misquoted]
        whole = np.setdiff1d(whole, misquoted)
        try:
            return rejected, whole, self._parse(block, whole)
        except pl.exceptions.PolarsError as error:
            last = block.row + len(block.starts) - 1
            msg = (
                f"{self._text.name}: it is unclear which cells the quotes in rows {block.row} to "
                f"{last} enclose. Export the report again."
            )
            raise FileImportError(msg) from error

    def _require_text(self, block: RecordBlock) -> None:
        try:
            block.data.decode()
        except UnicodeDecodeError as error:
            row = block.row + int(np.searchsorted(block.ends, error.start, side="right"))
            msg = (
                f"{self._text.name}: the text of row {row} is not valid {self.encoding}. "
                "Save the file as CSV UTF-8 and import it again."
            )
            raise FileImportError(msg) from error

    def _unreadable(self, block: RecordBlock) -> tuple[list[RejectedRow], Indexes]:
        """Records that are not even rows, and the indexes of those that are."""
        broken = block.fields != len(self.header)
        codes: dict[int, str] = dict.fromkeys(np.flatnonzero(broken).tolist(), "field_count")
        if NUL in block.data:
            places = np.flatnonzero(np.frombuffer(block.data, np.uint8) == NUL)
            owners = np.searchsorted(block.ends, places, side="right")
            codes |= dict.fromkeys(np.unique(owners).tolist(), "nul_byte")
        if block.unclosed:
            codes[len(block.starts) - 1] = "unclosed_quote"
        if not codes:
            return [], np.arange(len(block.starts))
        rejected = [
            self._broken_row(block, index, code)
            for index, code in sorted(codes.items())
            if block.record(index).strip()
        ]
        return rejected, np.setdiff1d(np.arange(len(block.starts)), list(codes))

    def _broken_row(self, block: RecordBlock, index: int, code: str) -> RejectedRow:
        record = block.record(index)
        text = record.decode("utf-8", "backslashreplace").replace("\0", "\\0").strip("\r\n")
        value = f"{block.fields[index]} fields instead of {len(self.header)}"
        value = value if code == "field_count" else text[:80]
        row = block.row + index
        issue = RowIssue(row, "", value, code, MESSAGES[code].format(value=value, column=""))
        return RejectedRow(row, [text], [issue])

    def _parse(self, block: RecordBlock, whole: Indexes) -> pl.LazyFrame:
        data = block.data
        if len(whole) < len(block.starts):
            data = b"".join(block.record(index) for index in whole)
        names = [str(index) for index in range(len(self.header))]
        wanted = sorted(set(self._places.values()))
        if data:
            frame = pl.read_csv(
                data,
                has_header=False,
                schema=dict.fromkeys(names, pl.String),
                columns=wanted,
                infer_schema=False,
                raise_if_empty=False,
            )
        else:
            frame = pl.DataFrame(schema={names[index]: pl.String for index in wanted})
        fields = {names[place]: field for field, place in self._places.items()}
        rows = pl.Series("row_no", whole + block.row, pl.Int32)
        return frame.rename(fields).with_columns(rows).lazy()

    def _rejections(self, block: RecordBlock, frame: pl.DataFrame) -> list[RejectedRow]:
        rejected = []
        for found in self._faults(frame).iter_rows(named=True):
            row = found.pop("row_no")
            cells = _cells(block.record(row - block.row))
            if len(cells) != len(self.header):  # the two readers of quotes disagree
                rejected.append(self._broken_row(block, row - block.row, "misplaced_quote"))
                continue
            if [normalise(cell) for cell in cells] == [normalise(name) for name in self.header]:
                message = MESSAGES["repeated_header"]
                issues = [RowIssue(row, "", cells[0], "repeated_header", message)]
            else:
                issues = [
                    self._issue(row, key.strip("!"), code, cells)
                    for key, code in found.items()
                    if code
                ]
            rejected.append(RejectedRow(row, cells, issues))
        return rejected

    def _issue(self, row: int, field: str, code: str, cells: list[str]) -> RowIssue:
        column, value = self.headers[field], cells[self._places[field]][:LONGEST_SHOWN]
        return RowIssue(row, column, value, code, MESSAGES[code].format(value=value, column=column))

    def _sales(self, frame: pl.DataFrame) -> bytes:
        values = frame.select("row_no", *(pl.col(typed(f)).alias(f) for f in self._rules))
        absent = {*SALE_COLUMNS, "style", "size"} - {"variant_key", "residual", *values.columns}
        values = values.with_columns(pl.lit(None, pl.String).alias(field) for field in absent)
        if self._profile.currency:
            values = values.with_columns(gross_currency=pl.lit(self._profile.currency))
        if "external_id" in absent:
            values = values.with_columns(content=self._content())
        if "release_date" in values.columns:
            values = values.with_columns(pl.col("release_date").cast(pl.String))
        values = self._with_places(values).with_columns(residual=_residual())
        rows = self._registry.assign(values).select(SALE_COLUMNS)
        return rows.write_csv(None, include_header=False).encode()

    def _content(self) -> pl.Expr:
        """What makes a row without a number that row: all its cells, in one spelling."""
        amounts = {c.field for c in self._columns if c.kind in {Kind.AMOUNT, Kind.DOLLARS}}
        cells = (
            pl.col(c.field).cast(pl.Decimal(16, 2)) if c.field in amounts else pl.col(c.field)
            for c in self._columns
        )
        return pl.concat_str([cell.cast(pl.String).fill_null("") for cell in cells], separator="|")

    def _with_places(self, frame: pl.DataFrame) -> pl.DataFrame:
        countries = _translate(frame["buyer_country"], self._countries, country_code)
        regions = _translate(frame["buyer_region"], self._regions, us_state_code)
        return frame.with_columns(
            pl.coalesce(countries, regions.str.slice(0, 2)).alias("buyer_country"),
            pl.coalesce(regions, pl.col("buyer_region")).alias("buyer_region"),
        )


def _below_zero() -> pl.Expr:
    return pl.col("gross").str.starts_with("-")


def _other_currency(field: str) -> pl.Expr:
    """Amounts of one row are never added across currencies."""
    currency = pl.col(f"{field}_currency")
    return pl.col(field).is_not_null() & (currency != pl.col("gross_currency"))


def _residual() -> pl.Expr:
    """What is left: payout - (gross - fees + vat), exact: cells hold two decimals at most."""
    amount = {f: pl.col(f).cast(pl.Decimal(16, 2)) for f in ("gross", "payout", "vat", *FEES)}
    fees = [amount[field].fill_null(0) for field in FEES]
    return amount["payout"] - amount["gross"] - amount["vat"].fill_null(0) + sum(fees[1:], fees[0])


def _translate(values: pl.Series, known: dict[str, str | None], lookup: Any) -> pl.Series:
    for value in values.unique().drop_nulls():
        if value not in known:
            known[value] = lookup(value)
    if not known:
        return values.cast(pl.String)
    return values.replace_strict(known, default=None, return_dtype=pl.String)


def _cells(record: bytes) -> list[str]:
    text = record.decode("utf-8", "backslashreplace").removeprefix("\ufeff").replace("\0", "")
    return split_record(text)


def _is_misquoted(record: bytes, width: int) -> bool:
    if b'"' not in record:
        return False
    try:
        return len(split_record(record.decode("utf-8", "backslashreplace"), strict=True)) != width
    except csv.Error:
        return True


def _without_header(block: RecordBlock) -> RecordBlock:
    cut = int(block.ends[0])
    return RecordBlock(
        block.data[cut:],
        block.starts[1:] - cut,
        block.ends[1:] - cut,
        block.fields[1:],
        1,
        block.unclosed,
    )


def _compress(block: RecordBlock) -> list[RawChunk]:
    compressor = zstandard.ZstdCompressor(level=1)
    chunks = []
    for first in range(0, len(block.starts), RAW_ROWS):
        starts = block.starts[first : first + RAW_ROWS]
        last = min(first + RAW_ROWS, len(block.starts)) - 1
        data = block.data[starts[0] : block.ends[last]]
        chunks.append(
            RawChunk(block.row + first, (starts - starts[0]).tolist(), compressor.compress(data))
        )
    return chunks
