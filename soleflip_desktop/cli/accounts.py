"""Marketplace accounts: add, list, remove, export. Secrets come from stdin or the environment."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from soleflip_desktop.bootstrap import Backend
from soleflip_desktop.cli.output import DONE, print_json, with_json
from soleflip_desktop.domain.currencies import currency_code, first_payout_currency
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.logins import LOGIN_FORMS, LoginForm, environment_name
from soleflip_desktop.domain.marketplace import MARKETPLACE_NAMES, Marketplace
from soleflip_desktop.domain.sync import AccountOverview, AccountSettings
from soleflip_desktop.sync.connect import Connecting


def add_commands(commands: Any) -> Iterable[argparse.ArgumentParser]:
    """Adds `accounts`; yields the parsers that take the common options."""
    actions = commands.add_parser("accounts", help="marketplace accounts").add_subparsers(
        dest="action", required=True
    )
    yield with_json(actions.add_parser("list", help="the accounts and how they stand"))
    add = with_json(_named(actions.add_parser("add", help="connect an account")))
    add.add_argument("--currency", metavar="EUR", help="of the payouts; else the base currency")
    add.add_argument("--every", type=int, default=15, metavar="MINUTES", help="0: only when asked")
    add.add_argument("--site", default="EBAY_DE", help="eBay's marketplace id")
    yield add
    yield with_json(_named(actions.add_parser("remove", help="forget its secrets, stop its sync")))
    export = actions.add_parser("export", help="accounts and settings, without any secret")
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    yield export


def _named(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--platform", required=True, type=Marketplace, choices=list(Marketplace))
    command.add_argument("--label", required=True)
    return command


def run_accounts(backend: Backend, arguments: argparse.Namespace) -> int:
    return asyncio.run(ACTIONS[arguments.action](backend, arguments))


async def _list(backend: Backend, arguments: argparse.Namespace) -> int:
    rows = await backend.account_desk.overview()
    if arguments.json:
        print_json([asdict(row) for row in rows])
        return DONE
    for row in rows:
        print(_told(row))
    if not rows:
        print("No account is connected yet: accounts add --platform stockx --label main")
    return DONE


async def _add(backend: Backend, arguments: argparse.Namespace) -> int:
    desk = backend.account_desk
    form = LOGIN_FORMS[arguments.platform]
    currency = await _currency(backend, arguments)  # a wrong one is told before the log-in
    flow = desk.connect(arguments.platform, await _known(backend, arguments))
    try:
        address = await flow.start(await asyncio.to_thread(_secrets, arguments.platform, form))
        if address:
            await _log_in(flow, form, address)
        settings = AccountSettings(
            currency=currency, every_minutes=arguments.every, site=arguments.site
        )
        account_id = await flow.finish(arguments.label, settings)
    finally:
        await flow.cancel()
    if arguments.json:
        print_json({"account": account_id, "platform": arguments.platform})
    else:
        print(f"{MARKETPLACE_NAMES[arguments.platform]} ({arguments.label}) is connected.")
    problem = desk.keyring_problem()
    if problem:
        names = ", ".join(environment_name(arguments.platform, f.name) for f in form.fields)
        print(f"{problem}\nUntil then commands take the secrets from {names}.", file=sys.stderr)
    return DONE


async def _currency(backend: Backend, arguments: argparse.Namespace) -> str:
    """What was asked for, else the base currency where the platform pays out in it."""
    if arguments.currency:
        return currency_code(arguments.currency)
    base = await backend.services.preferences.base_currency()
    return first_payout_currency(arguments.platform, base)


async def _known(backend: Backend, arguments: argparse.Namespace) -> int | None:
    """The account where another desktop connected it: its requests keep one pace with ours."""
    wanted = (arguments.platform, arguments.label)
    found = [
        a.id for a in await backend.services.accounts.list() if (a.marketplace, a.label) == wanted
    ]
    return found[0] if found else None


async def _remove(backend: Backend, arguments: argparse.Namespace) -> int:
    account = await backend.services.accounts.by_label(arguments.label, arguments.platform)
    await backend.account_desk.disconnect(account.id)
    if arguments.json:
        print_json({"account": account.id, "removed": True})
    else:
        print(f"{MARKETPLACE_NAMES[account.marketplace]} ({account.label}) is disconnected.")
        print("Its orders and listings stay.")
    return DONE


async def _export(backend: Backend, arguments: argparse.Namespace) -> int:
    await backend.account_desk.export_setup(arguments.out)
    print(f"{arguments.out}: accounts and settings, without secrets")
    return DONE


ACTIONS = {"list": _list, "add": _add, "remove": _remove, "export": _export}


# -- secrets -----------------------------------------------------------------------------------


def _secrets(marketplace: Marketplace, form: LoginForm) -> Mapping[str, str]:
    """From the environment, then from stdin: a person is asked, a pipe is read to its end."""
    found = {
        field.name: os.environ.get(environment_name(marketplace, field.name), "")
        for field in form.fields
    }
    if not sys.stdin.isatty():
        return found | _read(sys.stdin.read())
    for field in form.fields:
        if not found[field.name] and not field.optional:
            print(f"{field.title}: {field.hint}", file=sys.stderr)
            ask = getpass.getpass if field.secret else input
            found[field.name] = ask(f"{field.title}: ")
    return found


def _read(text: str) -> dict[str, str]:
    """`name=value` lines or one JSON object. A wrong line is not quoted: it may hold a secret."""
    if text.lstrip().startswith("{"):
        try:
            value = json.loads(text)
        except ValueError:
            raise UserError("The secrets on standard input are no valid JSON object.") from None
        return {str(name): str(secret) for name, secret in value.items()}
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, separator, secret = line.partition("=")
        if line.strip() and not separator:
            raise UserError(f"Line {number} of standard input is not name=value.")
        if separator:
            found[name.strip()] = secret.strip()
    return found


async def _log_in(flow: Connecting, form: LoginForm, address: str) -> None:
    print(f"Open this address in your browser and agree:\n{address}", file=sys.stderr)
    if not sys.stdin.isatty():
        if not form.returns:
            raise UserError(
                "This log-in needs a browser and a pasted address: run the command in a terminal, "
                "or bring a refresh token."
            )
        await flow.wait()
        return
    print("Then paste the address that the browser ended at:", file=sys.stderr)
    pasted = asyncio.create_task(asyncio.to_thread(input))
    returned = asyncio.create_task(flow.wait())
    done, _ = await asyncio.wait({pasted, returned}, return_when=asyncio.FIRST_COMPLETED)
    if pasted in done:
        returned.cancel()
        await flow.paste(pasted.result())
    else:
        await returned


def _told(row: AccountOverview) -> str:
    account = row.account
    name = f"{MARKETPLACE_NAMES[account.marketplace]} ({account.label})"
    when = [kind.succeeded_at for kind in row.kinds if kind.succeeded_at is not None]
    last = f"last success {max(when):%Y-%m-%d %H:%M} UTC" if when else "never synced"
    left = [f"{q.limit - q.used:,} {q.bucket} left today" for q in row.quotas if q.limit]
    facts = [last, *left, f"{row.waiting} in the outbox", f"{row.to_review} to review"]
    return f"{account.id:>6}  {name:<28} {row.state:<14} {', '.join(facts)}"
