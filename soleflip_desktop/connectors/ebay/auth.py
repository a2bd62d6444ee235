"""Logging in at eBay (marketplaces.md 3.1): OAuth with a RuName instead of an address."""

from __future__ import annotations

from soleflip_desktop.connectors.base import ApiOptions, Credentials
from soleflip_desktop.connectors.oauth import OAuthLogin

_SCOPE = "https://api.ebay.com/oauth/api_scope"

LOGIN = OAuthLogin(
    name="eBay",
    authorize_path="/oauth2/authorize",
    token_path="/identity/v1/oauth2/token",  # noqa: S106  (a path)
    scopes=" ".join(
        (_SCOPE, *(f"{_SCOPE}/sell.{part}" for part in ("inventory", "fulfillment", "finances")))
    ),
    basic=True,
    token_at_base=True,
)


async def application_token(credentials: Credentials, options: ApiOptions) -> str:
    """Signing keys are made with it. Raises NotSentError and LoginNeededError."""
    return await LOGIN.application_token(credentials, options, _SCOPE)
