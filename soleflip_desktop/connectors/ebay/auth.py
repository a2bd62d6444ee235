"""Logging in at eBay (marketplaces.md 3.1): OAuth with a RuName instead of an address."""

from __future__ import annotations

import httpx

from soleflip_desktop.connectors.base import ApiOptions, Credentials, NotSentError, RefusedError
from soleflip_desktop.connectors.http import TIMEOUT, ssl_context
from soleflip_desktop.connectors.oauth import OAuthLogin

_SCOPE = "https://api.ebay.com/oauth/api_scope"
_TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105  (an address)

LOGIN = OAuthLogin(
    name="eBay",
    authorize_path="/oauth2/authorize",
    token_path=_TOKEN_PATH,
    scopes=" ".join(
        (_SCOPE, *(f"{_SCOPE}/sell.{part}" for part in ("inventory", "fulfillment", "finances")))
    ),
    basic=True,
    token_at_base=True,
)


async def application_token(credentials: Credentials, options: ApiOptions) -> str:
    """A token of the application, not of the seller: signing keys are made with it.

    Raises NotSentError and RefusedError.
    """
    try:
        async with httpx.AsyncClient(
            verify=ssl_context(),
            timeout=TIMEOUT,
            auth=httpx.BasicAuth(credentials["client_id"], credentials["client_secret"]),
        ) as client:
            response = await client.post(
                options.base_url.rstrip("/") + _TOKEN_PATH,
                data={"grant_type": "client_credentials", "scope": _SCOPE},
            )
            token = response.json()["access_token"]
    except httpx.HTTPError:
        raise NotSentError("eBay cannot be reached. Is this computer online?") from None
    except (ValueError, KeyError, TypeError):
        raise RefusedError(
            f"eBay gave this application no token of its own ({response.status_code}). Check the "
            "App ID and the Cert ID.",
            response.status_code,
        ) from None
    return str(token)
