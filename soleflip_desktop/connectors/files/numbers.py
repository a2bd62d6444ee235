"""Reads amounts, counts, percentages and currencies as people and marketplaces write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from soleflip_desktop.domain.import_plan import NumberStyle

#: Ten digits before the mark: sums of several amounts still fit the stage's numeric(14, 2).
WHOLE_DIGITS, DECIMALS = 10, 2
#: Nothing longer is a number; it keeps odd cells cheap.
_LONGEST = 80
#: A count of a stage is an int of Postgres.
_COUNT_DIGITS = 9

#: Other spellings of a blank, a minus and an apostrophe.
_SPELLINGS = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2007": " ",
        "\u2212": "-",
        "\u2019": "'",
    }
)
# [0-9], for \d takes the digits of all scripts and Postgres does not.
_AROUND = r"[^\W\d_]|[$€£¥₩₹₺฿₫₱]"
_NAMES = rf"(?:{_AROUND})(?:[ .]?(?:{_AROUND}))*\.?"
_SHAPE = re.compile(
    rf"(?P<open>\()?(?P<sign>-)? ?(?:(?P<before>{_NAMES})(?:(?P<inner> -)| )?)?"
    rf"(?P<digits>[0-9](?:[0-9.,' ]*[0-9])?)(?: ?(?P<after>{_NAMES}))?(?P<end>-)?(?P<close>\))?"
)
_STYLED = {
    NumberStyle.POINT: re.compile(
        r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:(?P<by>[,' ])[0-9]{3})(?:(?P=by)[0-9]{3})*)"
        r"(?:\.(?P<part>[0-9]+))?"
    ),
    NumberStyle.COMMA: re.compile(
        r"(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?:(?P<by>[.' ])[0-9]{3})(?:(?P=by)[0-9]{3})*)"
        r"(?:,(?P<part>[0-9]+))?"
    ),
}
#: A calculated cell of a spreadsheet that is zero but for its last bits: 7.1e-15.
_TINY = re.compile(r"-?[0-9](?:\.[0-9]+)?e-[0-9]{2,3}")
_UNDECIDED = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_PERCENT = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,4}))? ?%?")
_GROUPS = str.maketrans("", "", ".,' ")

#: Signs and short names of currencies; None for those that several countries share.
_SYMBOLS: dict[str, str | None] = {
    "$": "USD",
    "us$": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "hk$": "HKD",
    "nz$": "NZD",
    "s$": "SGD",
    "mx$": "MXN",
    "r$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₩": "KRW",
    "₹": "INR",
    "₺": "TRY",
    "฿": "THB",
    "₫": "VND",
    "₱": "PHP",
    "fr": "CHF",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "lei": "RON",
    "kr": None,
}
#: ISO 4217. Three other letters beside a number are a unit, not a currency.
_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS "
    "KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
    "MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
_CODES = frozenset(_ISO_4217.split())
#: Currencies that share a sign: the file's own currency says which of them is meant.
_SHARED = {
    "$": frozenset({"USD", "AUD", "CAD", "HKD", "NZD", "SGD", "MXN", "TWD"}),
    "¥": frozenset({"JPY", "CNY"}),
    "kr": frozenset({"SEK", "NOK", "DKK", "ISK"}),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact amount in major units as Postgres reads it, such as "-1234.50".

    `currency` is what the cell itself says, None where it says nothing.
    """

    value: str
    currency: str | None


@dataclass(frozen=True, slots=True)
class _Parts:
    negative: bool
    digits: str
    name: str


def read_amount(text: str, style: NumberStyle, *, rounds: bool = False) -> Amount | None:
    """None for what is not an amount in this style, with two decimals at most.

    With `rounds` the text is a spreadsheet's number: further decimals are rounded half-up.
    """
    if rounds and style is NumberStyle.POINT and _TINY.fullmatch(text.strip()):
        return Amount("0.00", None)
    parts = _parts(text)
    value = None if parts is None else _number(parts, style, rounds=rounds)
    if parts is None or value is None:
        return None
    return Amount(value, _currency(parts.name))


def currency_in(text: str, home: str | None = None) -> str | None:
    """The currency that an amount's cell names. A shared sign means `home` where it can."""
    parts = _parts(text)
    return None if parts is None else _currency(parts.name, home)


def is_undecided(text: str) -> bool:
    """One mark and three digits behind it, as in 1.234: thousands, or three decimals?"""
    parts = _parts(text)
    return parts is not None and _UNDECIDED.fullmatch(parts.digits) is not None


def read_count(text: str, style: NumberStyle) -> int | None:
    """A whole number from 0 on, grouped or not; decimals only if they are zeros."""
    match = _STYLED[style].fullmatch(text.strip().translate(_SPELLINGS))
    if match is None or (match["part"] or "0") not in {"0", "00"}:
        return None
    digits = match["whole"].translate(_GROUPS)
    return int(digits) if len(digits) <= _COUNT_DIGITS else None


def read_percent(text: str) -> str | None:
    """Percent as they stand, with a point: 0.19 is 0.19 percent. Four decimals at most."""
    match = _PERCENT.fullmatch(text.strip().translate(_SPELLINGS))
    if match is None:
        return None
    return match[1] if match[2] is None else f"{match[1]}.{match[2]}"


def read_currency(text: str) -> str | None:
    """The code of a currency cell: EUR, eur, €."""
    name = text.strip()
    if re.fullmatch(r"[A-Z]{3}", name):
        return name
    return _currency(name)


@lru_cache(maxsize=1 << 14)
def _parts(text: str) -> _Parts | None:
    """Sign, digits and the name of the currency, taken apart."""
    plain = text.strip().translate(_SPELLINGS)
    match = _SHAPE.fullmatch(plain) if len(plain) <= _LONGEST else None
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    before, after = match["before"], match["after"]
    name = before or after or ""
    marks = [mark for mark in ("open", "sign", "inner", "end") if match[mark]]
    known = not name or _key(name) in _SYMBOLS or _key(name).upper() in _CODES
    if len(marks) > 1 or (before and after) or not known:
        return None
    return _Parts(bool(marks), match["digits"], name)


def _number(parts: _Parts, style: NumberStyle, *, rounds: bool) -> str | None:
    sign = "-" if parts.negative else ""
    match = _STYLED[style].fullmatch(parts.digits)
    whole = match["whole"].translate(_GROUPS) if match else ""
    if match is None or len(whole) > WHOLE_DIGITS:
        return None
    part = match["part"]
    if part is None:
        return sign + whole
    if len(part) <= DECIMALS:
        return f"{sign}{whole}.{part}"
    return _rounded(f"{sign}{whole}.{part}") if rounds else None


def _rounded(number: str) -> str | None:
    """Half-up from the exact value of the spreadsheet's binary number, as its own CSV shows."""
    cents = Decimal(float(number)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(cents) >= 10**WHOLE_DIGITS:
        return None
    return str(cents) if cents else "0.00"


def _key(name: str) -> str:
    return name.replace(" ", "").removesuffix(".").casefold()


def _currency(name: str, home: str | None = None) -> str | None:
    key = _key(name)
    if home is not None and home in _SHARED.get(key, ()):
        return home
    if key in _SYMBOLS:
        return _SYMBOLS[key]
    return key.upper() if key.upper() in _CODES else None
