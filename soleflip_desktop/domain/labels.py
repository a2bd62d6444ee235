"""Labels: what stands on one, and the stocks they are printed on. Lengths are millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from soleflip_desktop.domain.errors import UserError

MAX_COPIES = 100
#: Farther off than this no printer prints; it is a slip of the pen.
MAX_OFFSET_MM = 20.0


class CodeKind(StrEnum):
    """Which machine-readable codes a label bears."""

    QR = "qr"
    CODE128 = "code128"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class LabelFormat:
    """A stock of labels. A roll has one label a page; a sheet has `columns` by `rows`.

    `left` and `top` are where the first label begins; `step_x` and `step_y` lead to the next one.
    `dpi` is what its printers commonly have.
    """

    key: str
    title: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    step_x: float = 0.0
    step_y: float = 0.0
    dpi: int = 203

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def is_sheet(self) -> bool:
        return self.per_page > 1


def _roll(key: str, title: str, width: float, height: float) -> LabelFormat:
    return LabelFormat(key, title, (width, height), (width, height))


_A4, _LETTER, _LASER = (210.0, 297.0), (215.9, 279.4), 600

#: Measures as their makers give them (Avery Zweckform and Avery templates, Brother DK-11209).
FORMATS: tuple[LabelFormat, ...] = (
    _roll("62x29", "Roll 62 × 29 mm", 62.0, 29.0),
    _roll("57x32", "Roll 57 × 32 mm", 57.0, 32.0),
    _roll("100x50", "Roll 100 × 50 mm", 100.0, 50.0),
    _roll("25x25", "Roll 25 × 25 mm", 25.0, 25.0),
    _roll("4x6in", "Roll 4 × 6 inch", 101.6, 152.4),
    LabelFormat(
        "L7160",
        "Avery L7160, A4, 3 × 7 of 63.5 × 38.1 mm",
        _A4,
        (63.5, 38.1),
        3,
        7,
        left=7.2,
        top=15.15,
        step_x=66.04,
        step_y=38.1,
        dpi=_LASER,
    ),
    LabelFormat(
        "L7159",
        "Avery L7159, A4, 3 × 8 of 63.5 × 33.9 mm",
        _A4,
        (63.5, 33.9),
        3,
        8,
        left=7.2,
        top=13.1,
        step_x=66.04,
        step_y=33.9,
        dpi=_LASER,
    ),
    LabelFormat(
        "L4731",
        "Avery L4731, A4, 7 × 27 of 25.4 × 10 mm",
        _A4,
        (25.4, 10.0),
        7,
        27,
        left=8.5,
        top=13.5,
        step_x=27.94,
        step_y=10.0,
        dpi=_LASER,
    ),
    LabelFormat(
        "5160",
        "Avery 5160, Letter, 3 × 10 of 2⅝ × 1 inch",
        _LETTER,
        (66.675, 25.4),
        3,
        10,
        left=4.7625,
        top=12.7,
        step_x=69.85,
        step_y=25.4,
        dpi=_LASER,
    ),
)
FORMATS_BY_KEY = {each.key: each for each in FORMATS}


@dataclass(frozen=True, slots=True)
class LabelContent:
    """What one label says. `big` is the size of a unit; `code` is what its bars say."""

    code: str
    title: str
    line: str = ""
    big: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class LabelOptions:
    """How labels are printed.

    `start` is the first free position of a started sheet, from 1. The offsets move everything
    right and down, for a printer that does not print where it should. `dpi` is the printer's.
    """

    code: CodeKind = CodeKind.CODE128
    copies: int = 1
    start: int = 1
    offset_x: float = 0.0
    offset_y: float = 0.0
    dpi: int | None = None


@dataclass(frozen=True, slots=True)
class LabelJob:
    """Labels to be written."""

    form: LabelFormat
    contents: tuple[LabelContent, ...]
    options: LabelOptions


@dataclass(frozen=True, slots=True)
class LabelsWritten:
    """What was written. `other_code` labels bear another code, since the wanted one did not fit."""

    labels: int
    pages: int
    other_code: int = 0


def find_format(key: str) -> LabelFormat:
    """Raises UserError for a stock that is not known."""
    found = FORMATS_BY_KEY.get(key)
    if found is None:
        known = ", ".join(FORMATS_BY_KEY)
        raise UserError(f"There is no label format “{key}”. Choose one of {known}.")
    return found


def check_options(form: LabelFormat, options: LabelOptions) -> None:
    """Raises UserError for options that this stock cannot have."""
    if not 1 <= options.start <= form.per_page:
        raise UserError(
            f"Position {options.start} does not exist on {form.title}: "
            f"choose one from 1 to {form.per_page}."
        )
    if not 1 <= options.copies <= MAX_COPIES:
        raise UserError(f"{options.copies} copies cannot be printed: choose 1 to {MAX_COPIES}.")
    if max(abs(options.offset_x), abs(options.offset_y)) > MAX_OFFSET_MM:
        raise UserError(
            f"An offset of {options.offset_x:g} and {options.offset_y:g} mm is off the label: "
            f"choose at most {MAX_OFFSET_MM:g} mm either way."
        )
