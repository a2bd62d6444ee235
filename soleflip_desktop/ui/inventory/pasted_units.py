"""Rows of a spreadsheet's clipboard as units to be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from soleflip_desktop.domain.categories import Category
from soleflip_desktop.domain.edit_text import EditStyle, EditTextError, parse_value
from soleflip_desktop.domain.inventory import ItemStatus
from soleflip_desktop.domain.unit_fields import UNIT_FIELDS_BY_NAME, UnitDraft, UnitValue
from soleflip_desktop.ui.inventory.paste import Block

MAX_ROWS = 1_000
_OF_PRODUCT = ("product", "brand", "style_code", "category")


@dataclass(frozen=True, slots=True)
class PastedUnit:
    """One row: the unit it would make, or why it makes none."""

    product: str
    size: str
    draft: UnitDraft | None
    error: str = ""


def pasted_units(block: Block, keys: Sequence[str], style: EditStyle) -> list[PastedUnit]:
    """Reads the rows in the order of the columns `keys`, or of their own header line.

    Raises EditTextError where there is nothing to read, no product, or too much.
    """
    rows = [row for row in block if any(cell.strip() for cell in row)]
    named = [cell.strip().casefold().replace(" ", "_") for cell in rows[0]] if rows else []
    if "product" in named:
        keys, rows = named, rows[1:]
    if not rows or not {"product", "size"} <= set(keys[: max(map(len, rows), default=0)]):
        raise EditTextError(
            "There are no units to paste: copy rows with a product and a size, in the order of the "
            "columns shown or with a header line that names them."
        )
    if len(rows) > MAX_ROWS:
        raise EditTextError(
            f"{len(rows):,} rows are too many to paste; {MAX_ROWS:,} are possible at a time. "
            "Save them as a CSV file and import that."
        )
    return [_unit(dict(zip(keys, row, strict=False)), style) for row in rows]


def _unit(cells: dict[str, str], style: EditStyle) -> PastedUnit:
    texts = {name: " ".join(cells.get(name, "").split()) for name in (*_OF_PRODUCT, "size")}
    try:
        draft = _draft(texts, cells, style)
    except EditTextError as error:
        return PastedUnit(texts["product"], texts["size"], None, str(error))
    return PastedUnit(texts["product"], texts["size"], draft)


def _draft(texts: dict[str, str], cells: dict[str, str], style: EditStyle) -> UnitDraft:
    for name in ("product", "size"):
        if not texts[name]:
            raise EditTextError(f"{name.capitalize()} is missing.")
    values: dict[str, UnitValue] = {}
    for name, text in cells.items():
        field = UNIT_FIELDS_BY_NAME.get(name)
        if field is not None and name != "size" and text.strip():
            value = parse_value(field, text, style)
            if value is not None:
                values[name] = value
    status = values.pop("status", ItemStatus.AVAILABLE)
    category = texts["category"].casefold().replace(" ", "_")
    return UnitDraft(
        sizes=((texts["size"], 1),),
        values=tuple(values.items()),
        status=ItemStatus(str(status)),
        product=texts["product"],
        brand=texts["brand"] or None,
        style_code=texts["style_code"] or None,
        category=category if category in set(Category) else Category.SNEAKERS.value,
    )


def grouped(units: Sequence[PastedUnit]) -> list[UnitDraft]:
    """One draft for neighbours that differ in their size alone: fewer steps to undo."""
    drafts: list[UnitDraft] = []
    for unit in units:
        draft = unit.draft
        if draft is None:
            continue
        if drafts and _alike(drafts[-1], draft):
            drafts[-1] = _with_sizes(drafts[-1], drafts[-1].sizes + draft.sizes)
        else:
            drafts.append(draft)
    return drafts


def _alike(one: UnitDraft, other: UnitDraft) -> bool:
    return _with_sizes(one, ()) == _with_sizes(other, ())


def _with_sizes(draft: UnitDraft, sizes: tuple[tuple[str, int], ...]) -> UnitDraft:
    return replace(draft, sizes=sizes)
