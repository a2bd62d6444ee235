from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from soleflip_desktop.cli.figures import add_export, convert
from soleflip_desktop.domain.errors import UserError

_TABLE = (
    "Order ID,Product,Style code,Sold on,Sale price,Currency,Payout\n"
    '7,"Dunk, Low",00123,2026-11-23 12:30:00+00,120.50,EUR,\n'
)


def arguments(*words: str) -> argparse.Namespace:
    top = argparse.ArgumentParser()
    add_export(top.add_subparsers(dest="command"))
    return top.parse_args(["export", *words])


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.csv"
    path.write_text(_TABLE, encoding="utf-8")
    return path


def test_csv_stays_the_default() -> None:
    assert arguments("orders", "--out", "x").format == "csv"


def test_workbook_has_numbers_and_dates_and_keeps_codes(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "orders.xlsx"
    convert(plain, out, arguments("orders", "--out", str(out), "--format", "xlsx"))
    head, row = CalamineWorkbook.from_path(out).get_sheet_by_index(0).to_python()
    assert head[4] == "Sale price"
    moment = datetime(2026, 11, 23, 12, 30, tzinfo=UTC).astimezone().replace(tzinfo=None)
    assert row == ["7", "Dunk, Low", "00123", moment, 120.5, "EUR", ""]


def test_csv_for_excel_follows_the_locale(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "orders.csv"
    words = ("orders", "--out", str(out), "--format", "excel-csv", "--locale", "de_DE")
    convert(plain, out, arguments(*words))
    assert ";120,50;EUR;" in out.read_text(encoding="utf-8-sig")


def test_an_unknown_locale_is_named(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "orders.pdf"
    words = ("orders", "--out", str(out), "--format", "pdf", "--locale", "xx_YY")
    with pytest.raises(UserError, match="no locale xx_YY"):
        convert(plain, out, arguments(*words))
    assert not out.exists()
