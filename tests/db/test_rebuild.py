"""A big first import must not clear away what stands beside units and orders."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.import_runs import Imports
from helpers.rows import make_account, make_variant
from helpers.stockx_report import Report
from soleflip_desktop.db.models import Listing, OutboxEntry
from soleflip_desktop.domain.outbox import OutboxAction, OutboxState
from soleflip_desktop.domain.transactions import ListingStatus

pytestmark = pytest.mark.db


def test_offers_without_a_unit_survive_a_first_big_import(imports: Imports, tmp_path: Path) -> None:
    with imports.database.session() as session:
        account = make_account(session)
        listing = Listing(
            platform_account_id=account,
            variant_id=make_variant(session),
            external_id="L-1",
            status=ListingStatus.ACTIVE,
        )
        session.add(listing)
        session.flush()
        session.add(
            OutboxEntry(
                platform_account_id=account,
                action=OutboxAction.DELETE,
                state=OutboxState.QUEUED,
                listing_id=listing.id,
            )
        )
    path = tmp_path / "report.csv"
    Report(6_000, seed=5, products=50).write(path)
    assert imports.run(path).imported > 5_000
    with imports.database.session(read_only=True) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Listing)) == 1
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxEntry)) == 1
        foreign_keys = sa.text(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND "
            "conrelid = 'transactions.outbox'::regclass"
        )
        assert session.scalar(foreign_keys) == 4
