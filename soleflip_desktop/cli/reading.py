"""Flags that say how a file is written and what its rows are."""

from __future__ import annotations

import argparse

from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Identity,
    ImportMode,
    NumberStyle,
    PlanChoices,
)


def add_reading(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Adds the flags that `choices_of` reads."""
    command.add_argument(
        "--profile",
        "--format",
        dest="profile",
        default="auto",
        metavar="KEY",
        help="the layout: its key (see: profiles list), a saved profile file, or auto",
    )
    reading = command.add_argument_group("how the file is written; else its contents decide")
    reading.add_argument("--encoding", help="for text that is neither UTF-8 nor marked UTF-16")
    reading.add_argument("--delimiter", help="the character between cells, or tab")
    reading.add_argument("--sheet", help="of a spreadsheet")
    reading.add_argument("--header-row", type=int, metavar="N", help="the header's row, from 1")
    reading.add_argument("--decimal", choices=list(NumberStyle), help="1,234.56 or 1.234,56")
    reading.add_argument("--dates", choices=list(DateOrder), help="which number comes first")
    reading.add_argument("--currency", help="of amounts that name none, such as EUR")
    reading.add_argument("--zone", help="of times without an offset, such as Europe/Berlin")
    meaning = command.add_argument_group("what its rows are")
    meaning.add_argument("--account", help="the seller account that the sales belong to")
    meaning.add_argument("--column", action="append", default=[], metavar="HEADER=FIELD")
    meaning.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    meaning.add_argument("--map", action="append", default=[], metavar="FIELD:WORD=OURS")
    meaning.add_argument("--identity", choices=list(Identity), help="what finds a stored record")
    meaning.add_argument("--mode", choices=list(ImportMode), help="new rows, changes, or both")
    return command


def choices_of(arguments: argparse.Namespace, profile: str | None) -> PlanChoices:
    """Raises UserError for a pair that is none."""
    values: dict[str, dict[str, str]] = {}
    for text in arguments.map:
        left, word_is = _pair(text, ":", "--map FIELD:WORD=OURS")
        word, ours = _pair(word_is, "=", "--map FIELD:WORD=OURS", text)
        values.setdefault(left, {})[word] = ours
    return PlanChoices(
        profile=profile,
        encoding=arguments.encoding,
        delimiter="\t" if arguments.delimiter in {"tab", "\\t"} else arguments.delimiter,
        sheet=arguments.sheet,
        header_row=None if arguments.header_row is None else arguments.header_row - 1,
        number=arguments.decimal and NumberStyle(arguments.decimal),
        dates=arguments.dates and DateOrder(arguments.dates),
        currency=arguments.currency and arguments.currency.upper(),
        zone=arguments.zone,
        account=arguments.account,
        identity=arguments.identity and Identity(arguments.identity),
        mode=arguments.mode and ImportMode(arguments.mode),
        columns=dict(_pair(text, "=", "--column HEADER=FIELD") for text in arguments.column),
        constants=dict(_pair(text, "=", "--set FIELD=VALUE") for text in arguments.set),
        values=values,
    )


def _pair(text: str, sign: str, form: str, whole: str = "") -> tuple[str, str]:
    left, found, right = text.rpartition(sign) if sign == "=" else text.partition(sign)
    if not found:
        raise UserError(f"“{whole or text}” is not of the form {form}.")
    return left, right
