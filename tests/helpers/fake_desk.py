"""An import desk without files: two layouts, one that is certain and one full of questions."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from soleflip_desktop.domain.errors import FileImportError, UserError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Dialect,
    Identity,
    ImportMode,
    ImportPlan,
    MappedColumn,
    NumberStyle,
    PlanChoices,
    Profile,
    ProfileColumn,
)
from soleflip_desktop.domain.import_sketch import (
    Candidate,
    ColumnEvidence,
    ColumnSketch,
    FileScan,
    FileSketch,
    Question,
    QuestionKind,
)

SALES = Profile(
    "stockx-sales",
    "StockX sales report",
    Target.SALES,
    (
        ProfileColumn("external_id", ("Order Number",), required=True),
        ProfileColumn("sold_at", ("Sale Date",), required=True, dates=DateOrder.YMD),
        ProfileColumn("name", ("Item",), required=True),
        ProfileColumn("gross", ("Listing Price",), required=True, number=NumberStyle.POINT),
    ),
    Identity.NUMBER,
    platform="StockX",
    builtin=True,
)
PURCHASES = Profile(
    "purchases",
    "Purchases",
    Target.ITEMS,
    (
        ProfileColumn("name", ("Artikel",), required=True),
        ProfileColumn("size", ("Größe",), required=True),
        ProfileColumn("cost_gross", ("EK brutto",)),
        ProfileColumn("acquired_at", ("Kaufdatum",)),
    ),
    Identity.PURCHASE,
    builtin=True,
)
SUPPLIERS = Profile("suppliers", "Suppliers", Target.SUPPLIERS, (), Identity.NAME, builtin=True)

SALES_HEADER = ("Order Number", "Sale Date", "Item", "Sku Size", "Style", "Listing Price")
SALES_ROWS = tuple(
    (
        f"7200{number:04}-7190{number:04}",
        f"2026-10-{number % 28 + 1:02} 08:15:00 +00",
        ("Nike Dunk Low Retro Panda", "Jordan 1 Retro High OG Chicago", "Yeezy Slide Onyx")[
            number % 3
        ],
        ("9", "10.5", "8W")[number % 3],
        ("DD1391-100", "DZ5485-612", "HQ6448")[number % 3],
        f"{120 + number * 3}.00",
    )
    for number in range(1, 25)
)
PURCHASE_HEADER = (
    "Artikel",
    "Größe",
    "Artikelnummer",
    "Kaufdatum",
    "EK brutto",
    "Zustand",
    "Lieferant",
    "Bemerkung",
    "Gewinn",
)
PURCHASE_ROWS = tuple(
    (
        ("Nike Dunk Low Retro Panda", "Jordan 1 Retro High OG Chicago", "Yeezy Slide Onyx")[
            number % 3
        ],
        ("42", "44 2/3", "41,5")[number % 3],
        ("DD1391-100", "DZ5485-612", "HQ6448")[number % 3],
        f"0{number % 9 + 1}/0{number % 7 + 1}/25",
        f"{1100 + number}.{number % 10}0".replace(".", ",").replace("1", "1.", 1),
        ("Neu", "Neu", "Gebraucht", "DS")[number % 4],
        ("Foot Locker", "Solebox", "Kickz")[number % 3],
        "" if number % 5 else "Karton beschädigt",
        f"{number},00",
    )
    for number in range(1, 25)
)


def column_sketches(
    header: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[ColumnSketch, ...]:
    made = []
    for place, title in enumerate(header):
        filled = [row[place] for row in rows if row[place]]
        samples = tuple(dict.fromkeys(filled))[:3]
        made.append(ColumnSketch(title, samples, len(filled), len(rows) - len(filled), 0))
    return tuple(made)


def sales_sketch(path: str = "/in/stockx.csv") -> FileSketch:
    best = Candidate(SALES.key, SALES.title, SALES.target, 0.99, 6, 6)
    return FileSketch(
        path,
        Path(path).name,
        1_042_113,
        Dialect(),
        "Valid UTF-8; every record has 6 cells between commas.",
        SALES_HEADER,
        column_sketches(SALES_HEADER, SALES_ROWS),
        SALES_ROWS,
        (),
        (best,),
        certain=True,
        row_estimate=1_130,
    )


def sales_plan() -> ImportPlan:
    return ImportPlan(
        SALES.key,
        SALES.title,
        SALES.target,
        Dialect(),
        SALES_HEADER,
        (
            MappedColumn("external_id", 0, required=True),
            MappedColumn("sold_at", 1, required=True, dates=DateOrder.YMD),
            MappedColumn("name", 2, required=True),
            MappedColumn("size", 3),
            MappedColumn("style", 4),
            MappedColumn("gross", 5, required=True, number=NumberStyle.POINT),
        ),
        Identity.NUMBER,
        ImportMode.BOTH,
        platform="StockX",
        currency="EUR",
    )


def purchase_sketch(path: str = "/in/einkauf.csv") -> FileSketch:
    likely = Candidate(PURCHASES.key, PURCHASES.title, PURCHASES.target, 0.78, 7, 9)
    other = Candidate("inventory", "Inventory list", Target.ITEMS, 0.55, 5, 14)
    return FileSketch(
        path,
        Path(path).name,
        48_220,
        Dialect("cp1252", ";"),
        "Not valid UTF-8, read as Windows-1252; every record has 9 cells between semicolons.",
        PURCHASE_HEADER,
        column_sketches(PURCHASE_HEADER, PURCHASE_ROWS),
        PURCHASE_ROWS,
        (),
        (likely, other),
        certain=False,
        row_estimate=640,
    )


def purchase_plan() -> ImportPlan:
    return ImportPlan(
        PURCHASES.key,
        PURCHASES.title,
        PURCHASES.target,
        Dialect("cp1252", ";"),
        PURCHASE_HEADER,
        (
            MappedColumn("name", 0, required=True),
            MappedColumn("size", 1, required=True),
            MappedColumn("style", 2),
            MappedColumn("acquired_at", 3),
            MappedColumn("cost_gross", 4),
            MappedColumn("condition", 5),
            MappedColumn("supplier", 6),
            MappedColumn("notes", 7),
        ),
        Identity.CONTENT,
        ImportMode.BOTH,
        currency="EUR",
        zone="Europe/Berlin",
    )


def purchase_scan() -> FileScan:
    dates = ColumnEvidence(
        "acquired_at",
        "Kaufdatum",
        638,
        {"dmy": 638, "mdy": 638},
        {"dmy": 0, "mdy": 0},
        ambiguous=True,
        sentence="All 638 values can be read either way: no day is above 12.",
        example="03/04/25",
        readings={"dmy": "3 April 2025", "mdy": "4 March 2025"},
    )
    cost = ColumnEvidence(
        "cost_gross",
        "EK brutto",
        640,
        {"comma": 640, "point": 3},
        {"comma": 637, "point": 0},
        number=NumberStyle.COMMA,
        sentence="637 of 640 values can only be read with a comma.",
        example="1.101,10",
        readings={"comma": "1,101.10"},
    )
    return FileScan(
        640,
        {"acquired_at": dates, "cost_gross": cost},
        {
            "condition": (("Neu", 400), ("Gebraucht", 180), ("DS", 60)),
            "supplier": (("Foot Locker", 310), ("Solebox", 200), ("Footlocker", 130)),
        },
    )


DATES_QUESTION = Question(
    QuestionKind.DATES,
    "Kaufdatum",
    "Kaufdatum: is 03/04/25 the 3rd of April or the 4th of March? Choose how dates are written.",
    ("dmy", "mdy"),
    "--dates dmy",
)


@dataclass
class FakeFile:
    """What the desk finds in one file."""

    sketch: FileSketch
    plan: ImportPlan
    questions: tuple[Question, ...] = ()
    scan: FileScan | None = None
    scan_questions: tuple[Question, ...] = ()
    suggestions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def sales_file() -> FakeFile:
    return FakeFile(sales_sketch(), sales_plan(), scan=FileScan(1_127, {}, {}))


def purchase_file() -> FakeFile:
    return FakeFile(
        purchase_sketch(), purchase_plan(), scan=purchase_scan(), scan_questions=(DATES_QUESTION,)
    )


class FakeDesk:
    """An ImportDesk. Files not named in `files` are StockX sales reports."""

    def __init__(self) -> None:
        self.files: dict[str, FakeFile] = {}
        self.error: UserError | None = None
        #: The only encoding in which any file can be read; None: each of them.
        self.encoding: str | None = None
        self.calls: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.known = [SALES, PURCHASES, SUPPLIERS]
        self.choices: PlanChoices | None = None
        self.written: list[tuple[str, Path, bool]] = []

    def hold(self, call: str) -> asyncio.Event:
        """The next call of that name waits; setting the event lets it go on."""
        return self.gates.setdefault(call, asyncio.Event())

    async def sketch(self, path: str, choices: PlanChoices) -> FileSketch:
        await self._enter("sketch")
        self.choices = choices
        if self.encoding not in {None, choices.encoding}:
            msg = f"{Path(path).name}: line 3 is not {choices.encoding or 'UTF-8'}."
            raise FileImportError(msg)
        sketch = replace(self._file(path).sketch, path=path, name=Path(path).name)
        dialect = replace(
            sketch.dialect,
            encoding=choices.encoding or sketch.dialect.encoding,
            delimiter=choices.delimiter or sketch.dialect.delimiter,
        )
        return replace(sketch, dialect=dialect)

    async def propose(
        self, sketch: FileSketch, choices: PlanChoices
    ) -> tuple[ImportPlan, tuple[Question, ...]]:
        await self._enter("propose")
        file = self._file(sketch.path)
        plan = replace(file.plan, dialect=sketch.dialect)
        if choices.profile is not None and choices.profile != plan.profile:
            profile = next(each for each in self.known if each.key == choices.profile)
            plan = replace(
                plan, profile=profile.key, title=profile.title, target=profile.target, columns=()
            )
        return plan, file.questions

    async def suggest(self, sketch: FileSketch, target: Target) -> Mapping[int, tuple[str, ...]]:
        await self._enter("suggest")
        return self._file(sketch.path).suggestions if target is Target.ITEMS else {}

    async def scan(
        self, path: str, plan: ImportPlan, choices: PlanChoices
    ) -> tuple[FileScan, ImportPlan, tuple[Question, ...]]:
        await self._enter("scan")
        file = self._file(path)
        scan = file.scan or FileScan(0, {}, {})
        columns = tuple(
            replace(
                column,
                number=column.number or found.number,
                dates=column.dates or found.dates,
            )
            if (found := scan.evidence.get(column.field)) is not None
            else column
            for column in plan.columns
        )
        return scan, replace(plan, columns=columns), file.scan_questions

    async def profiles(self) -> Sequence[Profile]:
        await self._enter("profiles")
        return list(self.known)

    async def save_profile(self, title: str, plan: ImportPlan) -> Profile:
        await self._enter("save_profile")
        columns = tuple(
            ProfileColumn(column.field, (plan.header_of(column.field),)) for column in plan.columns
        )
        profile = Profile(title.casefold(), title, plan.target, columns, plan.identity)
        self.known.append(profile)
        return profile

    async def delete_profile(self, key: str) -> None:
        await self._enter("delete_profile")
        self.known = [profile for profile in self.known if profile.key != key]

    async def share_profile(self, key: str, path: Path) -> None:
        await self._enter("share_profile")
        self.written.append((key, path, False))

    async def read_profile(self, path: Path) -> Profile:
        await self._enter("read_profile")
        return replace(PURCHASES, key=path.stem, title=path.stem.capitalize(), builtin=False)

    async def add_profile(self, path: Path) -> Profile:
        await self._enter("add_profile")
        profile = replace(PURCHASES, key=path.stem, title=path.stem.capitalize(), builtin=False)
        self.known.append(profile)
        return profile

    async def write_template(self, key: str, path: Path, *, example: bool) -> None:
        await self._enter("write_template")
        self.written.append((key, path, example))

    def _file(self, path: str) -> FakeFile:
        return self.files.get(Path(path).name) or sales_file()

    async def _enter(self, call: str) -> None:
        self.calls.append(call)
        gate = self.gates.pop(call, None)
        await (gate.wait() if gate is not None else asyncio.sleep(0))
        if self.error is not None and call in {"sketch", "scan"}:
            raise self.error
