"""Use cases: the only door to the data. Async outside, one transaction inside."""

from __future__ import annotations

from dataclasses import dataclass

from soleflip_desktop.services.analytics import AnalyticsService
from soleflip_desktop.services.integration import IntegrationService
from soleflip_desktop.services.inventory import InventoryService
from soleflip_desktop.services.system import SystemService
from soleflip_desktop.services.transactions import TransactionsService


@dataclass(frozen=True, slots=True)
class Services:
    """All use cases, built once by `bootstrap`."""

    inventory: InventoryService
    transactions: TransactionsService
    integration: IntegrationService
    analytics: AnalyticsService
    system: SystemService
