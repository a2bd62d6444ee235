"""Use cases: the only door to the data. Async outside, one transaction inside."""

from __future__ import annotations

from dataclasses import dataclass

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
from soleflip_desktop.services.review import ReviewService
from soleflip_desktop.services.steps import StepsService
from soleflip_desktop.services.sync_runs import SyncRuns
from soleflip_desktop.services.sync_store import SyncStore
from soleflip_desktop.services.system import SystemService
from soleflip_desktop.services.transactions import TransactionsService
from soleflip_desktop.services.units import UnitsService
from soleflip_desktop.services.views import ViewsService


@dataclass(frozen=True, slots=True)
class Services:
    """All use cases, built once by `bootstrap`."""

    inventory: InventoryService
    transactions: TransactionsService
    integration: IntegrationService
    analytics: AnalyticsService
    system: SystemService
    units: UnitsService
    steps: StepsService
    locations: LocationsService
    views: ViewsService
    attachments: AttachmentsService
    counts: CountsService
    labels: LabelsService
    accounts: AccountsService
    sync_runs: SyncRuns
    sync_store: SyncStore
    outbox: OutboxService
    review: ReviewService
    market: MarketService
