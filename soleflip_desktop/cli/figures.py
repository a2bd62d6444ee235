"""Commands that read: exports, reports, the state of the database."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json
from soleflip_desktop.domain.analytics import ProfitBy, ProfitQuery, ProfitRow


def run_export(backend: Backend, arguments: argparse.Namespace) -> int:
    size = asyncio.run(backend.services.system.export(arguments.table, arguments.out))
    print(f"{arguments.out}: {size:,} bytes")
    return DONE


def run_report(backend: Backend, arguments: argparse.Namespace) -> int:
    query = ProfitQuery(ProfitBy(arguments.by), arguments.start, arguments.end)
    rows = asyncio.run(backend.services.analytics.profit(query))
    if arguments.json:
        print_json(
            {
                "by": query.by,
                "from": query.start,
                "to": query.end,
                "rows": [dataclasses.asdict(row) for row in rows],
                "totals": report_totals(rows),
            }
        )
        return DONE
    print(
        f"{query.by:<20} {'sales':>9} {'gross':>16} {'charges':>14} {'payout':>16} {'profit':>14}"
    )
    for row in rows:
        figures = (row.gross, row.charges, row.payout, row.profit)
        shown = ["-" if value is None else f"{value:,.2f}" for value in figures]
        print(
            f"{row.key:<20} {row.sales:>9,} {shown[0]:>16} {shown[1]:>14} {shown[2]:>16} "
            f"{shown[3]:>14} {row.currency}"
        )
    return DONE


def report_totals(rows: Sequence[ProfitRow]) -> dict[str, dict[str, Any]]:
    """Per currency; a figure that no row knows stays None."""
    totals: dict[str, dict[str, Any]] = {}
    for row in rows:
        sums = totals.setdefault(row.currency, {"sales": 0})
        sums["sales"] += row.sales
        for name in ("gross", "charges", "payout", "cost", "profit"):
            value: Decimal | None = getattr(row, name)
            known: Decimal | None = sums.get(name)
            sums[name] = known if value is None else value + (known or Decimal(0))
    return totals


def run_db(backend: Backend, arguments: argparse.Namespace) -> int:
    if arguments.action == "upgrade":
        print("The schema was upgraded." if backend.upgraded else "The schema is up to date.")
        return DONE
    status = asyncio.run(backend.services.system.status())
    where = "external server" if backend.options.url else str(backend.options.folder.root)
    facts = dataclasses.asdict(status) | {"data": where}
    if arguments.json:
        print_json(facts)
    else:
        for name, value in facts.items():
            print(f"{name.replace('_', ' '):<16} {value}")
    return DONE
