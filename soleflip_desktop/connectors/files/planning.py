"""From a profile to a plan for one file, and what only a person can decide about it.

`propose` goes by the header and the first rows, `settle` by what a scan of all values found.
Pure Python: the window uses it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from soleflip_desktop.connectors.files.codes import read_choice
from soleflip_desktop.connectors.files.currency_hints import (
    currency_question,
    shared_currency,
    stated_currency,
)
from soleflip_desktop.connectors.files.dates import known_zone
from soleflip_desktop.connectors.files.profiles import headers_of, normalise
from soleflip_desktop.connectors.files.recognise import Placing, locate
from soleflip_desktop.connectors.files.styles import FixedStyles, settled_style
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_fields import FIELDS, ImportField, Kind
from soleflip_desktop.domain.import_plan import (
    ImportPlan,
    MappedColumn,
    PlanChoices,
    Profile,
    ProfileColumn,
)
from soleflip_desktop.domain.import_sketch import (
    Candidate,
    FileScan,
    FileSketch,
    Question,
    QuestionKind,
)

#: So many unknown words, options and headers a question spells out.
_SHOWN = 6
#: So many layouts a file may have at a time, for a person to choose from.
_LIKELY = 3
NUMBERS = frozenset({Kind.AMOUNT, Kind.COUNT, Kind.PERCENT})
DATES = frozenset({Kind.DAY, Kind.INSTANT})


def propose(
    sketch: FileSketch, profiles: Sequence[Profile], choices: PlanChoices
) -> tuple[ImportPlan, tuple[Question, ...]]:
    """A plan by the chosen profile or the best candidate, and what is still open.

    Raises UserError for a choice of a profile, column, field or time zone that there is not.
    """
    profile, questions = _choose(sketch, profiles, choices)
    placing = locate(profile, sketch.header)
    places, decided = _with_chosen(profile, placing, sketch, choices)
    columns = shared_currency(_columns(profile, places, sketch, choices), profile, sketch)
    plan = _plan(profile, placing, columns, sketch, choices)
    if not plan.currency:
        plan = dataclasses.replace(plan, currency=stated_currency(plan, sketch))
    if not questions:  # without a certain layout nothing else can be asked
        questions += _ties(placing, sketch, decided)
        questions += _missing(profile, plan, sketch)
        questions += currency_question(plan, sketch)
    return plan, tuple(questions)


def _choose(
    sketch: FileSketch, profiles: Sequence[Profile], choices: PlanChoices
) -> tuple[Profile, list[Question]]:
    known = {profile.key: profile for profile in profiles}
    if choices.profile is not None:
        if choices.profile not in known:
            keys = ", ".join(known)
            raise UserError(f"There is no profile “{choices.profile}”. Choose one of: {keys}.")
        return known[choices.profile], []
    found = [candidate for candidate in sketch.candidates if candidate.profile in known]
    if sketch.certain and found:
        return known[found[0].profile], []
    best = known[found[0].profile] if found else profiles[0]
    return best, [_which_profile(sketch, profiles)]


def _which_profile(sketch: FileSketch, profiles: Sequence[Profile]) -> Question:
    fitting = [candidate for candidate in sketch.candidates if not candidate.missing]
    if len(fitting) > 1 and not sketch.candidates[0].missing:
        return _between(sketch, fitting[:_SHOWN])
    shown = ", ".join(f"“{name[:40]}”" for name in sketch.header[:_SHOWN])
    options = tuple(c.profile for c in sketch.candidates) or tuple(p.key for p in profiles)
    message = f"{sketch.name}: this file is not recognised. Its columns begin with {shown}"
    if sketch.candidates:
        best = sketch.candidates[0]
        message += f"; the nearest layout is “{best.title}” ({best.confidence:.0%})"
        if best.missing:
            message += f", which also needs {', '.join(best.missing)}"
    remedy = f"--profile {options[0]}"
    return Question(QuestionKind.PROFILE, "", f"{message}. Choose one.", options, remedy)


def _between(sketch: FileSketch, fitting: Sequence[Candidate]) -> Question:
    """Several layouts have all that they need: nothing is wrong with the file."""
    named = " or ".join(f"“{c.title}” ({c.confidence:.0%})" for c in fitting[:_LIKELY])
    options = tuple(candidate.profile for candidate in fitting)
    message = f"{sketch.name}: this may be {named}. Choose one."
    remedy = f"--profile {'|'.join(options[:_LIKELY])}"
    return Question(QuestionKind.PROFILE, "", message, options, remedy)


# -- columns -----------------------------------------------------------------------------------


def _with_chosen(
    profile: Profile, placing: Placing, sketch: FileSketch, choices: PlanChoices
) -> tuple[dict[str, int], set[str]]:
    """Positions by field with the user's own mapping, and the fields that it decides."""
    places = dict(placing.places)
    decided = {field for field in choices.columns.values() if field} | set(choices.constants)
    for field in decided:
        if field not in FIELDS[profile.target]:
            fields = ", ".join(FIELDS[profile.target])
            raise UserError(f"There is no field “{field}” for {profile.target}. Fields: {fields}.")
    chosen = [(_position(name, placing, sketch), to) for name, to in choices.columns.items()]
    for place, _ in chosen:
        places = {name: other for name, other in places.items() if other != place}
    places |= {field: place for place, field in chosen if field}
    for field in choices.constants:
        places.pop(field, None)
    return places, decided


def _position(name: str, placing: Placing, sketch: FileSketch) -> int:
    wanted = normalise(name)
    exact = [place for place, header in enumerate(sketch.header) if header == name]
    alike = [place for place, header in enumerate(sketch.header) if normalise(header) == wanted]
    if exact or alike:
        return (exact or alike)[0]
    if name in placing.places:
        return placing.places[name]
    headers = ", ".join(f"“{header}”" for header in sketch.header)
    raise UserError(f"{sketch.name} has no column “{name}”. Its columns: {headers}.")


def _columns(
    profile: Profile, places: Mapping[str, int], sketch: FileSketch, choices: PlanChoices
) -> list[MappedColumn]:
    """In the profile's order, for the identity of rows without a number depends on it."""
    known = {column.field: column for column in profile.columns}
    fixed = FixedStyles.of(profile, places, sketch.rows)
    order = [*known, *(f for f in (*places, *choices.constants) if f not in known)]
    return [
        _mapped(
            known.get(field, ProfileColumn(field, ())),
            None if field in choices.constants else places[field],
            FIELDS[profile.target][field],
            fixed,
            choices,
        )
        for field in dict.fromkeys(order)
        if field in choices.constants or field in places
    ]


def _mapped(
    base: ProfileColumn,
    source: int | None,
    field: ImportField,
    fixed: FixedStyles,
    choices: PlanChoices,
) -> MappedColumn:
    number = choices.number or (base.number if fixed.numbers else None)
    dates = choices.dates or (base.dates if fixed.dates else None)
    return MappedColumn(
        base.field,
        source,
        choices.constants.get(base.field),
        base.required,
        number if field.kind in NUMBERS else None,
        dates if field.kind in DATES else None,
        base.negate,
        {**base.values, **choices.values.get(base.field, {})},
    )


def _plan(
    profile: Profile,
    placing: Placing,
    columns: Sequence[MappedColumn],
    sketch: FileSketch,
    choices: PlanChoices,
) -> ImportPlan:
    return ImportPlan(
        profile=profile.key,
        title=profile.title,
        target=profile.target,
        dialect=sketch.dialect,
        header=sketch.header,
        columns=tuple(columns),
        identity=choices.identity or profile.identity,
        mode=choices.mode or profile.mode,
        platform=profile.platform,
        account=choices.account or profile.account,
        currency=choices.currency or profile.currency,
        zone=known_zone(choices.zone or profile.zone).key,
        rows=profile.rows,
        kind_source=placing.kind,
    )


def _ties(placing: Placing, sketch: FileSketch, decided: set[str]) -> list[Question]:
    """Equal claims to a field; columns with the same cells are no reason to ask."""
    questions = []
    for field, claims in placing.ties.items():
        contents = {tuple(row[p] for row in sketch.rows if p < len(row)) for p in claims}
        if field in decided or len(contents) == 1:
            continue
        headers = tuple(sketch.header[place] for place in claims)
        named = " and ".join(f"“{header}”" for header in headers)
        message = f"{sketch.name}: {named} may both be “{field}”. Choose the column to read."
        remedy = f'--column "{headers[0]}={field}"'
        questions.append(Question(QuestionKind.COLUMN, field, message, headers, remedy))
    return questions


def _missing(profile: Profile, plan: ImportPlan, sketch: FileSketch) -> list[Question]:
    used = {column.source for column in plan.columns} | {plan.kind_source}
    spare = tuple(name for place, name in enumerate(plan.header) if place not in used and name)
    questions = []
    for column in profile.columns:
        if not (column.required or column.expected) or plan.column(column.field):
            continue
        name = headers_of(column, profile)[0]
        message = (
            f"{sketch.name}: “{profile.title}” needs the column {name}, which is not in the file. "
            "Choose the column that holds it, or another layout."
        )
        remedy = f'--column "HEADER={column.field}"'
        questions.append(Question(QuestionKind.COLUMN, column.field, message, spare, remedy))
    return questions + _missing_kind(profile, plan, sketch)


def _missing_kind(profile: Profile, plan: ImportPlan, sketch: FileSketch) -> list[Question]:
    if not profile.rows.kind_column or plan.kind_source is not None:
        return []
    message = (
        f"{sketch.name}: the column {profile.rows.kind_column[0]} is missing, which tells sales "
        f"from refunds in “{profile.title}”. Export the report again with that column."
    )
    return [Question(QuestionKind.COLUMN, profile.rows.kind_column[0], message)]


# -- what a scan of all values decides ---------------------------------------------------------


def settle(
    plan: ImportPlan, scan: FileScan, choices: PlanChoices
) -> tuple[ImportPlan, tuple[Question, ...]]:
    """The plan with what all values decide, and questions for what they leave open."""
    questions: list[Question] = []
    columns = []
    for column in plan.columns:
        settled, asked = settled_style(column, FIELDS[plan.target][column.field], scan, choices)
        known, unknown = _words(plan, settled, scan)
        columns.append(known)
        questions += [*asked, *unknown]
    return dataclasses.replace(plan, columns=tuple(columns)), tuple(questions)


def _words(
    plan: ImportPlan, column: MappedColumn, scan: FileScan
) -> tuple[MappedColumn, list[Question]]:
    """The column with each of the file's words spelt out, and the words that nobody knows."""
    field = FIELDS[plan.target][column.field]
    found = scan.words.get(column.field, ())
    if not field.choices or not found:
        return column, []
    read = {word: read_choice(word, column.values, field.choices) for word, _ in found}
    values = {**column.values, **{word: value for word, value in read.items() if value is not None}}
    unknown = [(word, count) for word, count in found if read[word] is None]
    known = dataclasses.replace(column, values=values)
    return known, list(_unknown(plan, field, unknown))


def _unknown(
    plan: ImportPlan, field: ImportField, words: Sequence[tuple[str, int]]
) -> Iterator[Question]:
    if not words:
        return
    shown = ", ".join(f"“{word}” ({count})" for word, count in words[:_SHOWN])
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    options = tuple(choice.value for choice in field.choices or ())
    header = plan.header_of(field.name)
    message = f"{header}: say what {shown}{more} mean; possible are {', '.join(options)}."
    remedy = " ".join(f'--map "{field.name}:{word}={options[0]}"' for word, _ in words[:1])
    yield Question(QuestionKind.VALUE, field.name, message, options, remedy)


# -- a plan as a profile -----------------------------------------------------------------------


def profile_of(plan: ImportPlan, key: str, title: str) -> Profile:
    """What saving a plan keeps: its decisions about the layout, nothing about single rows.

    Raises UserError for a time zone that there is not.
    """
    used = {column.source for column in plan.columns}
    constants = {c.field: c.constant for c in plan.columns if c.source is None}
    columns = tuple(
        ProfileColumn(
            field=column.field,
            headers=(plan.header[column.source],),
            required=column.required,
            number=column.number,
            dates=column.dates,
            negate=column.negate,
            values=column.values,
        )
        for column in plan.columns
        if column.source is not None
    )
    return Profile(
        key=key,
        title=title,
        target=plan.target,
        columns=columns,
        identity=plan.identity,
        mode=plan.mode,
        platform=constants.get("platform") or plan.platform,
        account=constants.get("account") or plan.account,
        currency=_constant_currency(constants) or plan.currency,
        zone=known_zone(plan.zone).key,
        ignored=tuple(name for place, name in enumerate(plan.header) if name and place not in used),
        rows=plan.rows,
    )


def _constant_currency(constants: Mapping[str, str | None]) -> str | None:
    return next((value for field, value in constants.items() if "currency" in field), None)
