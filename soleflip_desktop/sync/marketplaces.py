"""The connectors by marketplace: their addresses, their log-ins, their limits."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

from soleflip_desktop.connectors.alias import client as alias_client
from soleflip_desktop.connectors.alias import marketplace as alias
from soleflip_desktop.connectors.base import (
    REQUESTS,
    ApiOptions,
    Credentials,
    Gate,
    MarketplaceApi,
)
from soleflip_desktop.connectors.ebay import auth as ebay_auth
from soleflip_desktop.connectors.ebay import marketplace as ebay
from soleflip_desktop.connectors.oauth import OAuthLogin
from soleflip_desktop.connectors.stockx import auth as stockx_auth
from soleflip_desktop.connectors.stockx import client as stockx_client
from soleflip_desktop.connectors.stockx import marketplace as stockx
from soleflip_desktop.connectors.tokens import Save
from soleflip_desktop.domain.logins import SCALE_VARIABLE, environment_name
from soleflip_desktop.domain.marketplace import Marketplace
from soleflip_desktop.domain.quota import Rule
from soleflip_desktop.domain.sync import Account, AccountSettings

_CONNECTORS: Mapping[Marketplace, ModuleType] = {
    Marketplace.STOCKX: stockx,
    Marketplace.EBAY: ebay,
    Marketplace.ALIAS: alias,
}
_RULES: Mapping[Marketplace, Mapping[str, Rule]] = {
    Marketplace.STOCKX: {
        rule.bucket: rule for rule in (stockx_client.REQUEST_RULE, stockx_client.ITEM_RULE)
    },
    Marketplace.EBAY: ebay.RULES,
    Marketplace.ALIAS: {REQUESTS: alias_client.REQUEST_RULE},
}
#: alias has no log-in by browser: its token is made on its site.
LOGINS: Mapping[Marketplace, OAuthLogin] = {
    Marketplace.STOCKX: stockx_auth.LOGIN,
    Marketplace.EBAY: ebay_auth.LOGIN,
}


def open_api(
    account: Account,
    credentials: Credentials,
    save: Save,
    gate: Gate,
    environ: Mapping[str, str],
) -> MarketplaceApi:
    """The account's API; whoever opens it closes it."""
    options = api_options(account.marketplace, account.settings, environ)
    return open_with(account.marketplace, credentials, options, save, gate)


def open_with(
    marketplace: Marketplace,
    credentials: Credentials,
    options: ApiOptions,
    save: Save,
    gate: Gate,
) -> MarketplaceApi:
    """The API of an account that is not stored yet, perhaps."""
    match marketplace:
        case Marketplace.STOCKX:
            return stockx.open_api(credentials, options, gate=gate, save=save)
        case Marketplace.EBAY:
            return ebay.open_api(credentials, options, gate=gate, save=save)
        case Marketplace.ALIAS:
            return alias.open_api(credentials, options, gate=gate, save=save)


def api_options(
    marketplace: Marketplace, settings: AccountSettings, environ: Mapping[str, str]
) -> ApiOptions:
    """From the account's settings and the environment: SOLEFLIP_STOCKX_BASE_URL, ..._AUTH_URL."""
    connector = _CONNECTORS[marketplace]
    base_url = environ.get(environment_name(marketplace, "base_url"))
    auth_url = environ.get(environment_name(marketplace, "auth_url"))
    return ApiOptions(
        base_url=base_url or connector.DEFAULT_BASE_URL,
        auth_url=auth_url or connector.DEFAULT_AUTH_URL,
        currency=settings.currency,
        site=settings.site,
        language=settings.language,
        region=settings.region,
        policies=settings.policies,
        scale=time_scale(environ),
    )


def rules_of(marketplace: Marketplace) -> Mapping[str, Rule]:
    """The limits that the platform tells, by bucket."""
    return _RULES[marketplace]


def time_scale(environ: Mapping[str, str]) -> int:
    """How many times as fast waits pass; only tests against a fake set it."""
    text = environ.get(SCALE_VARIABLE, "")
    return max(1, int(text)) if text.isdecimal() else 1
