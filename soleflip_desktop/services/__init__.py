"""Use cases: the only door to the data. Async outside, one transaction inside.

Each is imported when it is first asked for: the window needs three of them to show its rows.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from soleflip_desktop.db.engine import Database
    from soleflip_desktop.services.accounts import AccountsService
    from soleflip_desktop.services.analytics import AnalyticsService
    from soleflip_desktop.services.attachments import AttachmentsService
    from soleflip_desktop.services.counts import CountsService
    from soleflip_desktop.services.integration import IntegrationService
    from soleflip_desktop.services.inventory import InventoryService
    from soleflip_desktop.services.labels import LabelsService
    from soleflip_desktop.services.locations import LocationsService
    from soleflip_desktop.services.market import MarketService
    from soleflip_desktop.services.outbox import OutboxService
    from soleflip_desktop.services.preferences import PreferencesService
    from soleflip_desktop.services.review import ReviewService
    from soleflip_desktop.services.steps import StepsService
    from soleflip_desktop.services.sync_runs import SyncRuns
    from soleflip_desktop.services.sync_store import SyncStore
    from soleflip_desktop.services.system import SystemService
    from soleflip_desktop.services.transactions import TransactionsService
    from soleflip_desktop.services.units import UnitsService
    from soleflip_desktop.services.views import ViewsService


# ruff: noqa: PLC0415 - the whole point of this module


class Services:
    """All use cases of one database; photos and documents lie in `attachments`."""

    def __init__(self, database: Database, attachments: Path) -> None:
        self._database = database
        self._attachments = attachments

    @cached_property
    def inventory(self) -> InventoryService:
        from soleflip_desktop.services.inventory import InventoryService

        return InventoryService(self._database)

    @cached_property
    def transactions(self) -> TransactionsService:
        from soleflip_desktop.services.transactions import TransactionsService

        return TransactionsService(self._database)

    @cached_property
    def integration(self) -> IntegrationService:
        from soleflip_desktop.services.integration import IntegrationService

        return IntegrationService(self._database)

    @cached_property
    def analytics(self) -> AnalyticsService:
        from soleflip_desktop.services.analytics import AnalyticsService

        return AnalyticsService(self._database)

    @cached_property
    def system(self) -> SystemService:
        from soleflip_desktop.services.system import SystemService

        return SystemService(self._database)

    @cached_property
    def units(self) -> UnitsService:
        from soleflip_desktop.services.units import UnitsService

        return UnitsService(self._database)

    @cached_property
    def steps(self) -> StepsService:
        from soleflip_desktop.services.steps import StepsService

        return StepsService(self._database)

    @cached_property
    def locations(self) -> LocationsService:
        from soleflip_desktop.services.locations import LocationsService

        return LocationsService(self._database)

    @cached_property
    def views(self) -> ViewsService:
        from soleflip_desktop.services.views import ViewsService

        return ViewsService(self._database)

    @cached_property
    def attachments(self) -> AttachmentsService:
        from soleflip_desktop.services.attachments import AttachmentsService

        return AttachmentsService(self._database, self._attachments)

    @cached_property
    def counts(self) -> CountsService:
        from soleflip_desktop.services.counts import CountsService

        return CountsService(self._database)

    @cached_property
    def labels(self) -> LabelsService:
        from soleflip_desktop.services.labels import LabelsService

        return LabelsService(self._database)

    @cached_property
    def accounts(self) -> AccountsService:
        from soleflip_desktop.services.accounts import AccountsService

        return AccountsService(self._database)

    @cached_property
    def sync_runs(self) -> SyncRuns:
        from soleflip_desktop.services.sync_runs import SyncRuns

        return SyncRuns(self._database)

    @cached_property
    def sync_store(self) -> SyncStore:
        from soleflip_desktop.services.sync_store import SyncStore

        return SyncStore(self._database)

    @cached_property
    def outbox(self) -> OutboxService:
        from soleflip_desktop.services.outbox import OutboxService

        return OutboxService(self._database)

    @cached_property
    def review(self) -> ReviewService:
        from soleflip_desktop.services.review import ReviewService

        return ReviewService(self._database)

    @cached_property
    def market(self) -> MarketService:
        from soleflip_desktop.services.market import MarketService

        return MarketService(self._database)

    @cached_property
    def preferences(self) -> PreferencesService:
        from soleflip_desktop.services.preferences import PreferencesService

        return PreferencesService(self._database)
