"""Country and state codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soleflip_desktop.domain.countries import country_code, us_state_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ireland, Republic of", "IE"),
        ("China, Mainland", "CN"),
        ("Hong Kong SAR", "HK"),
        ("Korea, Republic of", "KR"),
        ("United States", "US"),
        ("USA", "US"),
        ("Taiwan", "TW"),
        ("Macau", "MO"),
        ("Czech Republic", "CZ"),
        ("Viet Nam", "VN"),
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("Deutschland", "DE"),
        ("ÖSTERREICH", "AT"),
        ("Schweiz", "CH"),
        ("Vereinigte Staaten", "US"),
        ("Großbritannien", "GB"),
        ("Côte d’Ivoire", "CI"),
        ("cote d'ivoire", "CI"),
        ("Trinidad and Tobago", "TT"),
        ("Bosnia & Herzegovina", "BA"),
        ("The Netherlands", "NL"),
        ("Russian Federation", "RU"),
        ("Saint Lucia", "LC"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Island", "IS"),
        ("Georgia", "GE"),
        ("Kosovo", "XK"),
        (" de ", "DE"),
        ("Mexico", "MX"),
        ("Atlantis", None),
        ("XX", None),
        ("N/A", None),
        ("", None),
        (None, None),
    ],
)
def test_country(name: str | None, code: str | None) -> None:
    assert country_code(name) == code


def test_every_iso_code_is_known() -> None:
    letters = [chr(number) for number in range(ord("A"), ord("Z") + 1)]
    known = [a + b for a in letters for b in letters if country_code(a + b) == a + b]
    assert len(known) == 250  # 249 of ISO 3166 and XK


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("California", "US-CA"),
        ("new york", "US-NY"),
        ("District of Columbia", "US-DC"),
        ("Georgia", "US-GA"),
        ("tx", "US-TX"),
        ("US-OR", "US-OR"),
        ("Bavaria", None),
        ("", None),
        (None, None),
    ],
)
def test_us_state(name: str | None, code: str | None) -> None:
    assert us_state_code(name) == code


@given(st.text(max_size=60))
def test_never_raises(text: str) -> None:
    assert country_code(text) is None or len(country_code(text) or "") == 2
    assert (us_state_code(text) or "US-").startswith("US-")
