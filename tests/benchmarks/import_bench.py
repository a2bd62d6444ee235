"""How fast is the import, against a raw COPY of the same file and a per-row ORM import?

    python packaging/dev.py exec python tests/benchmarks/import_bench.py [ROWS ...]

Everything is measured in one run on one throw-away server: medians of `ROUNDS` interleaved rounds.
Targets (performance.md): at most 3.0 x raw logged COPY at 100k rows and 2.5 x at 1M, at least
100 x the per-row ORM, under 300 MB at 1M, 1k rows into 1M at most 2 x the time into an empty one.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from helpers.stockx_report import HEADER, Report
from soleflip_desktop.db import schema
from soleflip_desktop.db.embedded import EmbeddedServer
from soleflip_desktop.db.models import (
    Brand,
    Category,
    InventoryItem,
    Order,
    Platform,
    PlatformAccount,
    Product,
    ProductVariant,
    Size,
    Transaction,
)
from soleflip_desktop.domain.brands import recognise_brand
from soleflip_desktop.domain.categories import recognise_category
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.sizes import parse_size
from soleflip_desktop.domain.transactions import ChargeKind, ChargeSource, OrderStatus
from soleflip_desktop.settings.paths import DataFolder

T = TypeVar("T")
ROUNDS = 3
ORM_ROWS = 10_000
SMALL = 1_000


def main(sizes: list[int]) -> None:
    with benchmark_server() as (url, folder):
        for rows in sizes:
            compare(url, folder, rows)
        compare_orm(url, folder)
        if sizes:
            compare_incremental(url, folder, max(sizes))


@contextmanager
def benchmark_server() -> Iterator[tuple[sa.URL, Path]]:
    """A server with a migrated template, and a folder for files; both are gone afterwards."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores; medians of {ROUNDS}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # a server of another account passes through it
        with EmbeddedServer(DataFolder(folder / "data")) as server:
            url = sa.make_url(server.acquire(exclusive=True))
            _migrated_template(url)
            yield url, folder


def compare(url: sa.URL, folder: Path, rows: int) -> None:
    """The full import beside a raw COPY of the same file, in turns."""
    path = folder / f"{rows}.csv"
    oracle = Report(rows).write(path)
    size_mb = path.stat().st_size / 1e6
    raw, full, memory = [], [], 0
    for _ in range(ROUNDS):
        raw.append(raw_copy(url, path))
        with fresh_database(url) as target:
            seconds, memory_mb, report = run_import(target, path)
        full.append(seconds)
        memory = max(memory, memory_mb)
        if report["imported"] != oracle.imported:
            raise SystemExit(f"wrong count: {report['imported']} instead of {oracle.imported}")
    ratio = statistics.median(full) / statistics.median(raw)
    print(
        f"{rows:>9,} rows, {size_mb:6.0f} MB: raw COPY {rate(rows, raw)} rows/s, "
        f"full import {rate(rows, full)} rows/s = {ratio:.2f} x the time of raw COPY; "
        f"peak {memory} MB"
    )


def compare_orm(url: sa.URL, folder: Path) -> None:
    path = folder / "orm.csv"
    Report(ORM_ROWS, bad_pct=0, duplicate_pct=0).write(path)
    with fresh_database(url) as target:
        slow = orm_import(target, path)
    with fresh_database(url) as target:
        fast, _, _ = run_import(target, path)
    print(
        f"{ORM_ROWS:>9,} rows: per-row ORM {ORM_ROWS / slow:,.0f} rows/s, full import "
        f"{ORM_ROWS / fast:,.0f} rows/s = {slow / fast:.0f} x as fast"
    )


def compare_incremental(url: sa.URL, folder: Path, existing: int) -> None:
    """A thousand new rows into a full table, beside the same file into an empty one."""
    small, big = folder / "small.csv", folder / f"{existing}.csv"
    Report(SMALL, seed=2, first_order=50_000_000).write(small)
    empty = []
    for _ in range(ROUNDS):
        with fresh_database(url) as target:
            empty.append(run_import(target, small)[0])
    with fresh_database(url) as target:
        run_import(target, big)
        filled = []
        for round_ in range(ROUNDS):
            path = folder / f"small{round_}.csv"
            Report(SMALL, seed=2, first_order=60_000_000 + round_ * SMALL).write(path)
            filled.append(run_import(target, path)[0])
    ratio = statistics.median(filled) / statistics.median(empty)
    print(
        f"{SMALL:>9,} rows into {existing:,}: {statistics.median(filled):.2f} s, into an empty "
        f"database {statistics.median(empty):.2f} s = {ratio:.2f} x"
    )


def rate(rows: int, seconds: list[float]) -> str:
    return f"{rows / statistics.median(seconds):>9,.0f}"


def raw_copy(url: sa.URL, path: Path) -> float:
    """All 44 columns as text into a logged table."""
    columns = ", ".join(f"c{n} text" for n in range(len(HEADER) + 1))
    text = _without_ragged(path)
    with psycopg.connect(_dsn(url)) as connection:
        connection.execute("DROP TABLE IF EXISTS raw_copy")
        connection.execute(f"CREATE TABLE raw_copy ({columns})".encode())
        connection.commit()
        listed = ", ".join(f"c{n}" for n in range(len(HEADER)))
        statement = f"COPY raw_copy ({listed}) FROM STDIN (FORMAT csv, HEADER)".encode()
        started = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(statement) as copy, text.open("rb") as file:
            while piece := file.read(1 << 16):
                copy.write(piece)
        connection.commit()
        seconds = time.perf_counter() - started
        connection.execute("DROP TABLE raw_copy")
    return seconds


def _without_ragged(path: Path) -> Path:
    """COPY gives up at the first row with another number of fields: those rows are left out."""
    clean = path.with_suffix(".clean.csv")
    if not clean.exists():
        with (
            path.open(newline="", encoding="utf-8") as source,
            clean.open("w", newline="", encoding="utf-8") as target,
        ):
            writer = csv.writer(target, lineterminator="\n")
            writer.writerows(row for row in csv.reader(source) if len(row) == len(HEADER))
    return clean


CHILD = """
import json, resource, sys, time
from soleflip_desktop.bootstrap import import_in_child
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.integration import ImportRequest
started = time.perf_counter()
result = import_in_child(sys.argv[1], ImportRequest(sys.argv[2]), lambda _: None, CancelToken())
seconds = time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"seconds": seconds, "peak": peak, "imported": result.imported}))
"""


def run_import(url: sa.URL, path: Path) -> tuple[float, int, dict[str, int]]:
    """In a process of its own, as the app does it; seconds without the interpreter's start."""
    command = [sys.executable, "-c", CHILD, url.render_as_string(hide_password=False), str(path)]
    answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return answer["seconds"], answer["peak"], answer


@contextmanager
def fresh_database(url: sa.URL) -> Iterator[sa.URL]:
    with psycopg.connect(_dsn(url.set(database="postgres")), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench")
        connection.execute("CREATE DATABASE bench TEMPLATE bench_template")
        connection.execute("CHECKPOINT")
        yield url.set(database="bench")
        connection.execute("DROP DATABASE bench")


def _migrated_template(url: sa.URL) -> None:
    with psycopg.connect(_dsn(url.set(database="postgres")), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench_template")
    engine = sa.create_engine(url.set(database="bench_template"))
    schema.upgrade(engine)
    engine.dispose()


def _dsn(url: sa.URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def orm_import(url: sa.URL, path: Path) -> float:
    """What a straightforward importer does: look up or add, flush, next row."""
    engine = sa.create_engine(url)
    started = time.perf_counter()
    with Session(engine) as session, path.open(newline="", encoding="utf-8") as file:
        platform = session.scalars(sa.select(Platform).where(Platform.slug == "stockx")).one()
        account = PlatformAccount(platform_id=platform.id, label="bench")
        session.add(account)
        session.flush()
        for row in csv.DictReader(file):
            _orm_row(session, account.id, row)
        session.commit()
    seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def _orm_row(session: Session, account_id: int, row: dict[str, str]) -> None:
    number = row["Order Number"]
    known = sa.select(Order).where(
        Order.platform_account_id == account_id, Order.external_id == number
    )
    if session.scalars(known).first():
        return
    variant = _orm_variant(session, row)
    item = InventoryItem(variant_id=variant.id, status=ItemStatus.COMPLETED)
    session.add(item)
    session.flush()
    order = Order(
        platform_account_id=account_id,
        external_id=number,
        item_id=item.id,
        variant_id=variant.id,
        status=OrderStatus.COMPLETED,
        sold_at=datetime.strptime(row["Sale Date"] + "00", "%Y-%m-%d %H:%M:%S %z"),
        gross_amount=Decimal(row["Listing Price"]),
        gross_currency=row["Listing Price Currency"],
        payout_amount=Decimal(row["Total Gross Amount (Total Payout)"]),
        payout_currency=row["Listing Price Currency"],
    )
    session.add(order)
    session.flush()
    for position, (kind, column) in enumerate(
        (
            (ChargeKind.SELLER_FEE, "Seller Fee"),
            (ChargeKind.PAYMENT_PROCESSING, "Payment Processing"),
            (ChargeKind.SHIPPING, "Shipping Fee"),
        ),
        1,
    ):
        if row[column]:
            session.add(
                Transaction(
                    order_id=order.id,
                    position=position,
                    kind=kind,
                    amount=-Decimal(row[column]),
                    currency="EUR",
                    source=ChargeSource.ITEMISED,
                )
            )
    session.flush()


def _orm_variant(session: Session, row: dict[str, str]) -> ProductVariant:
    match = recognise_brand(row["Item"])
    brand = _get_or_add(session, Brand, name=match.brand) if match else None
    kind = recognise_category(row["Item"], match.brand if match else None)
    category = _get_or_add(session, Category, name=kind.value)
    product = _get_or_add(
        session,
        Product,
        defaults={"category_id": category.id, "style_code": row["Style"]},
        brand_id=brand.id if brand else None,
        name=row["Item"],
        style_code_key=row["Style"],
    )
    size = parse_size(row["Sku Size"], item_name=row["Item"], category=kind.value)
    stored = _get_or_add(
        session,
        Size,
        defaults={"label": size.label, "sort_key": size.sort_key},
        system=size.system,
        value=size.value,
    )
    return _get_or_add(session, ProductVariant, product_id=product.id, size_id=stored.id)


def _get_or_add(
    session: Session, model: type[T], defaults: dict[str, object] | None = None, **key: object
) -> T:
    found = session.scalars(sa.select(model).filter_by(**key)).first()
    if found is None:
        found = model(**key, **(defaults or {}))
        session.add(found)
        session.flush()
    return found


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [100_000, 1_000_000])
