"""Mark as presale: units that are promised before they are in the house, and until when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from PySide6.QtWidgets import QWidget

from soleflip_desktop.domain.edit_text import EditStyle, parse_value
from soleflip_desktop.domain.unit_fields import UnitField, ValueKind
from soleflip_desktop.ui.common.context import UiKit
from soleflip_desktop.ui.common.line_dialog import LineDialog
from soleflip_desktop.ui.common.locale_style import edit_style
from soleflip_desktop.ui.common.sync_doors import MarketSource
from soleflip_desktop.ui.common.sync_words import number_of

_SHIP_BY = UnitField("ship_by", "the ship-by date", ValueKind.MOMENT)


def read_ship_by(text: str, style: EditStyle) -> datetime | None:
    """The local day, or day and time, as an instant; None for an empty text. Raises UserError."""
    moment = parse_value(_SHIP_BY, text, style)
    return moment if isinstance(moment, datetime) else None


async def unmark_presale(market: MarketSource, ids: Sequence[int], kit: UiKit) -> None:
    number = await market.unmark_presale(ids)
    units = number_of("unit", number, kit.formatter)
    kit.notifier.info(f"{units} no longer marked as presale.")


def ask_ship_by(
    kit: UiKit, parent: QWidget, *, units: str, done: Callable[[datetime | None], Awaitable[object]]
) -> LineDialog:
    """`units` is like "3 units"."""
    style = edit_style(kit.formatter.locale, kit.formatter.zone)

    async def read(text: str) -> None:
        await done(read_ship_by(text, style))

    dialog = LineDialog(kit, "Mark as presale", parent, field="&Ship by", button="&Mark", done=read)
    dialog.headline.setText(f"Mark {units} as presale")
    dialog.hint.setText(
        "Presale units may be offered before they are in the house. SoleFlip reminds you of the "
        "ship-by date; leave it empty where there is none."
    )
    dialog.open()
    return dialog
