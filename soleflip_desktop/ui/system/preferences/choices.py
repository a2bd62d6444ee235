"""What the form of regions offers, read beside the GUI's thread."""

from __future__ import annotations

import asyncio

from soleflip_desktop.ui.common.formatting import system_locale
from soleflip_desktop.ui.common.search_combo import Named
from soleflip_desktop.ui.system.preferences.region_form import RegionForm


async def fill_form(form: RegionForm, region: str | None, currency: str | None) -> None:
    """`region` None: the operating system's; `currency` None: that of the region."""
    system = system_locale()
    chosen = region or system

    def read() -> tuple[list[Named], list[Named]]:
        # Babel and its tables take a tenth of a second: not in the GUI's thread.
        from soleflip_desktop.ui.common.regions import currencies, regions  # noqa: PLC0415

        return regions(system), currencies(chosen, currency)

    form.fill(*await asyncio.to_thread(read), chosen, currency)
