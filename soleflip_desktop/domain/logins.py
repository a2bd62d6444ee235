"""What a log-in at each marketplace asks for: one list for the window and the command line.

Every marketplace wants an application or a token of the user's own: nothing secret is shipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from soleflip_desktop.domain.marketplace import Marketplace

#: Waits are divided by it; only tests against a fake set it.
SCALE_VARIABLE = "SOLEFLIP_TIME_SCALE"


@dataclass(frozen=True, slots=True)
class LoginField:
    """One text that the user has to bring. `name` is also its name in the credentials."""

    name: str
    title: str
    hint: str
    secret: bool = True
    optional: bool = False


@dataclass(frozen=True, slots=True)
class LoginForm:
    """`browser`: the user agrees in the browser. `returns`: it can come back to a port of ours."""

    fields: tuple[LoginField, ...]
    where: str
    browser: bool = False
    returns: bool = False

    def missing(self, given: Mapping[str, str]) -> tuple[LoginField, ...]:
        return tuple(
            field
            for field in self.fields
            if not field.optional and not given.get(field.name, "").strip()
        )


_REFRESH = LoginField(
    "refresh_token",
    "Refresh token",
    "only where you have one already; else leave it empty and log in with the browser",
    optional=True,
)

LOGIN_FORMS: Mapping[Marketplace, LoginForm] = {
    Marketplace.STOCKX: LoginForm(
        (
            LoginField("api_key", "API key", "developer.stockx.com, page Keys"),
            LoginField("client_id", "Client ID", "of your application there", secret=False),
            LoginField("client_secret", "Client secret", "of your application there"),
            LoginField(
                "redirect_uri",
                "Redirect URI",
                "exactly as registered, such as http://localhost:8765/callback",
                secret=False,
            ),
            _REFRESH,
        ),
        "https://developer.stockx.com",
        browser=True,
        returns=True,
    ),
    Marketplace.EBAY: LoginForm(
        (
            LoginField("client_id", "App ID (Client ID)", "developer.ebay.com, Production", False),
            LoginField("client_secret", "Cert ID (Client secret)", "of the same key set"),
            LoginField(
                "redirect_uri",
                "RuName",
                "User Tokens, “Get a Token from eBay via Your Application”",
                secret=False,
            ),
            _REFRESH,
        ),
        "https://developer.ebay.com/my/keys",
        browser=True,
    ),
    Marketplace.ALIAS: LoginForm(
        (LoginField("access_token", "Personal access token", "alias.org, API tokens"),),
        "https://alias.org",
    ),
}


def environment_name(marketplace: Marketplace, field: str) -> str:
    """The variable that holds a field where no keyring does: SOLEFLIP_STOCKX_CLIENT_ID."""
    return f"SOLEFLIP_{marketplace.upper()}_{field.upper()}"


def addresses(environ: Mapping[str, str]) -> dict[str, str]:
    """What of the environment a sync in another process needs; log-ins may stand beside it."""
    kinds = ("base_url", "auth_url")
    names = {environment_name(market, kind) for market in Marketplace for kind in kinds}
    return {name: text for name, text in environ.items() if name in {*names, SCALE_VARIABLE}}
