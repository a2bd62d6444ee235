"""File layouts as data: the shipped profiles, and how a profile is read from and written to JSON.

A column without headers of its own is known by the names of its field in `FIELDS`.
"""

from __future__ import annotations

import dataclasses
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from soleflip_desktop.connectors.files.dates import known_zone
from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.import_fields import FIELDS
from soleflip_desktop.domain.import_plan import Profile, ProfileColumn, RowRules
from soleflip_desktop.domain.transactions import ChargeKind
from soleflip_desktop.resources import resource_path

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FOLDER = "imports/profiles"
_WIDTH = 100
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "%": " pct "})


@lru_cache(maxsize=4096)
def normalise(name: str) -> str:
    """Headers and words are compared without regard to case, accents, blanks and signs.

    “Größe”, “GROESSE” and “grösse (€)” are the same; a percent sign counts as a word, for “VAT”
    is an amount and “VAT %” a rate.
    """
    text = unicodedata.normalize("NFC", name.removeprefix("\ufeff").casefold())
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", letters).strip()


def headers_of(column: ProfileColumn, profile: Profile) -> tuple[str, ...]:
    """All names by which a file may call the column, its own or those of the field."""
    field = FIELDS[profile.target][column.field]
    return column.headers or (field.title, *field.names)


@cache
def builtin() -> Mapping[str, Profile]:
    """The shipped profiles by key, in the order of their keys."""
    files = sorted(resource_path(FOLDER).glob("*.json"))
    loaded = (profile_from_json(file.read_text("utf-8"), file.name) for file in files)
    return {profile.key: dataclasses.replace(profile, builtin=True) for profile in loaded}


def profile_from_json(text: str, name: str) -> Profile:
    """Raises FileImportError that names the file and what is wrong where it is no profile."""
    from pydantic import ValidationError  # noqa: PLC0415  (the window starts without it)

    try:
        found = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        msg = f"{name}: this is not a shared profile ({error}). Save the profile again."
        raise FileImportError(msg) from error
    try:
        for place, unknown in _unknown_keys(found):
            raise _refusal(name, place, f"“{unknown}” is not a part of a profile")
        profile = _adapter().validate_python(found)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise _refusal(name, place, first["msg"]) from error
    for place, reason in _contradictions(profile):
        raise _refusal(name, place, reason)
    return profile


def _refusal(name: str, place: str, reason: str) -> FileImportError:
    where = f" at “{place}”" if place else ""
    return FileImportError(f"{name}: not usable as a profile{where}: {reason}. Correct the file.")


@cache
def _adapter() -> TypeAdapter[Profile]:
    from pydantic import TypeAdapter  # noqa: PLC0415  (the window starts without it)

    return TypeAdapter(Profile)


def _unknown_keys(found: object) -> Iterator[tuple[str, str]]:
    """Slips of the pen would otherwise be read as “not given”."""
    if not isinstance(found, dict):
        return
    columns = found.get("columns")
    parts = [("", Profile, found), ("rows", RowRules, found.get("rows"))]
    parts += [
        (f"columns.{number}", ProfileColumn, column)
        for number, column in enumerate(columns if isinstance(columns, list) else [])
    ]
    for place, kind, part in parts:
        known = {field.name for field in dataclasses.fields(kind)} - {"builtin"}
        if isinstance(part, dict):
            yield from ((place, str(key)) for key in part if key not in known)


def _contradictions(profile: Profile) -> Iterator[tuple[str, str]]:
    try:
        known_zone(profile.zone)
    except UserError as error:
        yield "zone", str(error).rstrip(".")
    known = FIELDS[profile.target]
    fields = [column.field for column in profile.columns]
    for number, column in enumerate(profile.columns):
        place = f"columns.{number}"
        field = known.get(column.field)
        if field is None:
            yield place, f"there is no field “{column.field}” for {profile.target}"
        elif fields.index(column.field) != number:
            yield place, f"the field “{column.field}” has a column already"
        elif field.choices:
            known_words = ["", *field.choices]  # "": the word means nothing
            wrong = [word for word in column.values.values() if word not in known_words]
            yield from ((place, f"“{word}” is no value of “{field.title}”") for word in wrong)
    yield from _wrong_rules(profile)


def _wrong_rules(profile: Profile) -> Iterator[tuple[str, str]]:
    fields = {column.field for column in profile.columns}
    for need in profile.rows.needs:
        if need not in fields:
            yield "rows.needs", f"there is no column for “{need}”"
    for kind in profile.rows.charges.values():
        if kind not in list(ChargeKind):
            yield "rows.charges", f"“{kind}” is no kind of charge"
    for pattern in profile.rows.footers:
        try:
            re.compile(pattern)
        except re.error as error:
            yield "rows.footers", f"“{pattern}” is not a regular expression ({error})"


def profile_to_json(profile: Profile) -> str:
    """For people to read and share: one column a line, nothing that is as usual."""
    parts = []
    for key, value in _given(profile).items():
        if key == "builtin":
            continue
        if key == "columns":
            lines = ",\n".join(f"    {_json(_given(column))}" for column in profile.columns)
            parts.append(f'  "columns": [\n{lines}\n  ]')
        elif key == "rows":
            rules = (f"    {_json(k)}: {_json(v)}" for k, v in _given(profile.rows).items())
            parts.append('  "rows": {\n' + ",\n".join(rules) + "\n  }")
        elif key == "ignored":
            parts.append(f'  "ignored": [\n{_wrapped(profile.ignored)}\n  ]')
        else:
            parts.append(f"  {_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _given(part: Profile | ProfileColumn | RowRules) -> dict[str, Any]:
    """What differs from the defaults, in the order of the fields."""
    given = {}
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        made = field.default_factory
        usual = made() if made is not dataclasses.MISSING else field.default
        if value != usual:
            given[field.name] = value
    return given


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _wrapped(names: tuple[str, ...]) -> str:
    lines = [""]
    for name in names:
        piece = f"{_json(name)}, "
        if lines[-1] and len(lines[-1]) + len(piece) > _WIDTH - 4:
            lines.append("")
        lines[-1] += piece
    return "\n".join(f"    {line.rstrip()}" for line in lines).rstrip(",")
