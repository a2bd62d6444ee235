"""The 23 models of the trade and their helpers, one file and one Postgres schema a domain.

Relationships point from a table to what it depends on; the other direction is a query.
"""

from soleflip_desktop.db.models.catalog import (
    Brand,
    BrandPattern,
    Category,
    Product,
    ProductIdentifier,
    ProductVariant,
    Size,
)
from soleflip_desktop.db.models.integration import (
    ImportBatch,
    ImportChange,
    ImportChunk,
    ImportProfile,
    ImportRecord,
    MarketplaceData,
    RemoteRecord,
    RequestQuota,
    ReviewEntry,
    SyncCursor,
    SyncRun,
)
from soleflip_desktop.db.models.inventory import (
    Attachment,
    InventoryItem,
    Location,
    StockCount,
    StockCountScan,
    StockXPresaleMarking,
)
from soleflip_desktop.db.models.pricing import PricingHistory, SourcePrice
from soleflip_desktop.db.models.suppliers import (
    AccountPurchaseHistory,
    Supplier,
    SupplierAccount,
    SupplierPerformance,
)
from soleflip_desktop.db.models.system import (
    ChangeLog,
    DefaultView,
    EventStore,
    Platform,
    PlatformAccount,
    SavedView,
    StatusTransition,
    Step,
    SystemConfig,
    SystemLog,
)
from soleflip_desktop.db.models.transactions import (
    Listing,
    Order,
    OutboxEntry,
    Payout,
    Transaction,
)

__all__ = [
    "AccountPurchaseHistory",
    "Attachment",
    "Brand",
    "BrandPattern",
    "Category",
    "ChangeLog",
    "DefaultView",
    "EventStore",
    "ImportBatch",
    "ImportChange",
    "ImportChunk",
    "ImportProfile",
    "ImportRecord",
    "InventoryItem",
    "Listing",
    "Location",
    "MarketplaceData",
    "Order",
    "OutboxEntry",
    "Payout",
    "Platform",
    "PlatformAccount",
    "PricingHistory",
    "Product",
    "ProductIdentifier",
    "ProductVariant",
    "RemoteRecord",
    "RequestQuota",
    "ReviewEntry",
    "SavedView",
    "Size",
    "SourcePrice",
    "StatusTransition",
    "Step",
    "StockCount",
    "StockCountScan",
    "StockXPresaleMarking",
    "Supplier",
    "SupplierAccount",
    "SupplierPerformance",
    "SyncCursor",
    "SyncRun",
    "SystemConfig",
    "SystemLog",
    "Transaction",
]
