"""The log-in at StockX: OAuth with an application of the user's own, and its API key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from soleflip_desktop.connectors.base import ApiOptions, Credentials
from soleflip_desktop.connectors.oauth import OAuthLogin
from soleflip_desktop.connectors.tokens import BearerTokens, Save

#: marketplaces.md 1.2: further scopes break the log-in; PKCE is not known to be accepted.
LOGIN = OAuthLogin(
    name="StockX",
    authorize_path="/authorize",
    token_path="/oauth/token",  # noqa: S106  (a path)
    scopes="offline_access openid",
    audience="gateway.stockx.com",
    pkce=False,
)


def tokens(credentials: Credentials, options: ApiOptions, save: Save) -> BearerTokens:
    """Tokens that renew themselves; each request carries the key of the application as well."""
    return BearerTokens(
        credentials,
        name=LOGIN.name,
        refresh=partial(LOGIN.refresh, options=options),
        save=save,
        extra=_api_key,
    )


def _api_key(credentials: Credentials) -> Mapping[str, str]:
    return {"x-api-key": credentials.get("api_key", "")}
