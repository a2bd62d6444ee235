"""The base currency, which all desktops share, and whether anybody has begun."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from helpers.rows import make_account, make_item
from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli import accounts, preferences
from soleflip_desktop.db.engine import Database
from soleflip_desktop.db.models import PlatformAccount
from soleflip_desktop.db.queries import preferences as queries
from soleflip_desktop.domain.changes import Change, Domain
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.preferences import BooksState
from soleflip_desktop.services import Services
from soleflip_desktop.services.preferences import PreferencesService

pytestmark = pytest.mark.db


def command(*words: str) -> argparse.Namespace:
    top = argparse.ArgumentParser()
    actions = top.add_subparsers()
    for part in (preferences, accounts):
        list(part.add_commands(actions))
    return top.parse_args(words)


def test_the_base_currency_is_everybodys(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service, heard = PreferencesService(database), list[Change]()
    database.bus.subscribe(heard.append)
    assert asyncio.run(service.state()) == BooksState(None, has_data=False)
    with pytest.raises(UserError, match="“euros” is not a currency"):
        asyncio.run(service.set_base_currency("euros"))
    assert heard == []
    for typed, kept in (("chf", "CHF"), ("EUR", "EUR")):
        assert asyncio.run(service.set_base_currency(typed)) == kept
        assert asyncio.run(PreferencesService(database).base_currency()) == kept
    assert heard == [Change.of(Domain.SYSTEM)] * 2
    backend = cast("Backend", SimpleNamespace(services=Services(database, tmp_path)))

    def run(*words: str) -> str:
        assert preferences.run_preferences(backend, command("preferences", *words)) == 0
        return capsys.readouterr().out

    assert run("show") == "base-currency: EUR\n"
    assert json.loads(run("set", "base-currency", "gbp", "--json")) == {"base-currency": "GBP"}
    for words, expected in ((("stockx",), "GBP"), (("alias",), "USD"), (("ebay", "chf"), "CHF")):
        platform, *currency = words
        chosen = [word for code in currency for word in ("--currency", code)]
        asked = command("accounts", "add", "--platform", platform, "--label", "x", *chosen)
        assert asyncio.run(accounts._currency(backend, asked)) == expected


def test_books_are_begun_with_the_first_unit_or_account(session: Session) -> None:
    account = make_account(session)
    assert not queries.has_data(
        session
    )  # platforms and their accounts of imports come by themselves
    with session.begin_nested() as attempt:
        session.execute(
            sa.update(PlatformAccount).where(PlatformAccount.id == account).values(synced=True)
        )
        assert queries.has_data(session)
        attempt.rollback()
    assert not queries.has_data(session)
    make_item(session)
    assert queries.has_data(session)
