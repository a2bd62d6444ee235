"""The wizard's words: what stands on screen for confidences, identities, classes and styles."""

from __future__ import annotations

from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import DateOrder, Identity, ImportMode, NumberStyle
from soleflip_desktop.domain.import_sketch import Candidate
from soleflip_desktop.domain.integration import ImportResult, RowClass
from soleflip_desktop.ui.common.columns import Tone
from soleflip_desktop.ui.integration.wizard.draft import Step

STEP_WORDS = {
    Step.FILE: "File",
    Step.COLUMNS: "Columns",
    Step.FORMATS: "Formats",
    Step.VALUES: "Values",
    Step.MATCHING: "Matching",
    Step.CHECK: "Check",
    Step.REVIEW: "Review",
}
TARGET_WORDS = {
    Target.SALES: "sales",
    Target.ITEMS: "units",
    Target.PRODUCTS: "products",
    Target.SUPPLIERS: "suppliers",
    Target.PRICES: "supplier prices",
}
NUMBER_WORDS = {NumberStyle.POINT: "1,234.56 · point", NumberStyle.COMMA: "1.234,56 · comma"}
DATE_WORDS = {
    DateOrder.DMY: "31.12.2025 · day, month, year",
    DateOrder.MDY: "12/31/2025 · month, day, year",
    DateOrder.YMD: "2025-12-31 · year, month, day",
}
IDENTITY_WORDS = {
    Identity.ID: "By SoleFlip's own number, from an export of SoleFlip",
    Identity.NUMBER: "By the marketplace's order number, within the account",
    Identity.PURCHASE: "By purchase order number, style code and size",
    Identity.STYLE: "By style code",
    Identity.NAME: "By name",
    Identity.OFFER: "By supplier, source and size",
    Identity.CONTENT: "By the whole row: rows that are equal in every cell are told apart by count",
}
MODE_WORDS = {
    ImportMode.BOTH: "Add new records and bring known ones up to date",
    ImportMode.INSERT: "Only add new records; leave known ones as they are",
    ImportMode.UPDATE: "Only bring known records up to date; leave out the rest",
}
MODE_NOTES = (
    "A blank cell never empties a field, and nothing is ever deleted. Write <empty> into a cell to "
    "empty its field."
)
CLASS_WORDS = {
    RowClass.NEW: "New",
    RowClass.CHANGED: "Changed",
    RowClass.UNCHANGED: "Unchanged",
    RowClass.DUPLICATE: "Duplicate",
    RowClass.REJECTED: "Rejected",
    RowClass.CONFLICT: "Conflict",
    RowClass.SKIPPED: "Left out",
}
CLASS_TONES = {
    RowClass.NEW: Tone.GOOD,
    RowClass.CHANGED: Tone.INFO,
    RowClass.UNCHANGED: Tone.MUTED,
    RowClass.DUPLICATE: Tone.MUTED,
    RowClass.REJECTED: Tone.BAD,
    RowClass.CONFLICT: Tone.WARNING,
    RowClass.SKIPPED: Tone.MUTED,
}
ENCODING_WORDS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a mark",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 · Western Europe",
    "cp1250": "Windows-1250 · Central Europe",
    "iso8859-2": "Latin-2 · Central Europe",
    "iso8859-15": "Latin-9 · Western Europe",
    "mac-roman": "Mac Roman",
}
DELIMITER_WORDS = {",": "Comma ,", ";": "Semicolon ;", "\t": "Tab", "|": "Bar |"}
_SURE, _LIKELY, _POSSIBLE = 0.95, 0.75, 0.5


def confidence_words(candidate: Candidate) -> str:
    """Like "Certain (99 %)": the word is for people, the number for comparing."""
    percent = f"{round(candidate.confidence * 100)} %"
    for least, word in ((_SURE, "Certain"), (_LIKELY, "Likely"), (_POSSIBLE, "Possible")):
        if candidate.confidence >= least:
            return f"{word} ({percent})"
    return f"A guess ({percent})"


def counts_of(result: ImportResult) -> dict[RowClass, int]:
    """How many rows of a result are in each class."""
    return {
        RowClass.NEW: result.imported,
        RowClass.CHANGED: result.changed,
        RowClass.UNCHANGED: result.unchanged,
        RowClass.DUPLICATE: result.duplicates - result.unchanged,
        RowClass.REJECTED: result.rejected,
        RowClass.CONFLICT: result.conflicts,
        RowClass.SKIPPED: result.skipped,
    }


def rows_words(number: int, count: str) -> str:
    return f"{count} row" if number == 1 else f"{count} rows"
