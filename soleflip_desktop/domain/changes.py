"""Change notices: writers announce what kind of data changed, readers decide what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Domain(StrEnum):
    """The eight domains: the same word in code, schema, tests and GUI."""

    CATALOG = "catalog"
    INVENTORY = "inventory"
    TRANSACTIONS = "transactions"
    INTEGRATION = "integration"
    PRICING = "pricing"
    SUPPLIERS = "suppliers"
    SYSTEM = "system"
    ANALYTICS = "analytics"


@dataclass(frozen=True, slots=True)
class Change:
    """Which domains a write touched. Carries no rows: whoever shows them reads them again."""

    domains: frozenset[Domain]

    @classmethod
    def of(cls, *domains: Domain) -> Change:
        return cls(frozenset(domains))


Listener = Callable[[Change], None]


@dataclass(slots=True)
class ChangeBus:
    """Delivers change notices in the publisher's thread; a listener must not wait in there."""

    _listeners: list[Listener] = field(default_factory=list)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Returns the function that ends the subscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)
