"""Review rows of the German purchase list, one of each class."""

from __future__ import annotations

from dataclasses import replace

from helpers.fake_desk import PURCHASE_ROWS
from helpers.fake_services import import_result
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.integration import (
    BatchStatus,
    CellChange,
    ImportResult,
    IssueGroup,
    ReviewRow,
    RowClass,
    RowIssue,
)

NOT_A_DAY = "There is no such day. Write it like 31.12.2025."


def draft_result(file: str = "einkauf.csv", **changes: object) -> ImportResult:
    result = import_result(file, format="purchases", title="Purchases", target=Target.ITEMS)
    facts: dict[str, object] = {
        "rows": 24,
        "imported": 12,
        "changed": 4,
        "unchanged": 2,
        "duplicates": 3,
        "rejected": 3,
        "conflicts": 1,
        "skipped": 1,
        "warnings": 1,
        "status": BatchStatus.DRAFT,
        "file_totals": result.totals,
        "remarks": [RowIssue(5, "Größe", "41,5", "size.guess", "Read as EU 41.5; please look.")],
    }
    for name, value in {**facts, **changes}.items():
        setattr(result, name, value)
    return result


def review_rows() -> list[ReviewRow]:
    classes = (
        [RowClass.NEW] * 12
        + [RowClass.CHANGED] * 4
        + [RowClass.UNCHANGED] * 2
        + [RowClass.DUPLICATE]
        + [RowClass.REJECTED] * 3
        + [RowClass.CONFLICT]
        + [RowClass.SKIPPED]
    )
    return [
        _row(number, row_class, cells)
        for number, (row_class, cells) in enumerate(zip(classes, PURCHASE_ROWS, strict=True), 1)
    ]


def _row(number: int, row_class: RowClass, cells: tuple[str, ...]) -> ReviewRow:
    row = ReviewRow(number, row_class, cells)
    if row_class is RowClass.CHANGED:
        return replace(
            row,
            changes=(
                CellChange("item", number, "cost_gross", "89.00", "95.00"),
                CellChange("item", number, "notes", None, "Karton beschädigt"),
            ),
        )
    if row_class is RowClass.REJECTED:
        value = "31.02.25"
        cells = (*cells[:3], value, *cells[4:])
        issue = RowIssue(number, "Kaufdatum", value, "date.invalid", NOT_A_DAY)
        return replace(row, cells=cells, issues=(issue,))
    if row_class is RowClass.CONFLICT:
        message = "Three units match: give the row a purchase order number."
        issue = RowIssue(number, "Artikel", cells[0], "match.several", message)
        return replace(row, issues=(issue,))
    return row


def issue_groups() -> list[IssueGroup]:
    return [
        IssueGroup("Kaufdatum", "date.invalid", NOT_A_DAY, 3, (("31.02.25", 3),), (20, 21, 22)),
        IssueGroup(
            "Artikel",
            "match.several",
            "Three units match: give the row a purchase order number.",
            1,
            (("Nike Dunk Low Retro Panda", 1),),
            (23,),
        ),
    ]
