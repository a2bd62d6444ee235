"""The commands about imports and profiles, as scripts and people use them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from helpers.command_line import Commands
from helpers.stockx_report import sale, write_rows
from soleflip_desktop.cli import parser
from soleflip_desktop.cli.reading import choices_of
from soleflip_desktop.connectors.files.templates import example_path
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Identity,
    ImportMode,
    NumberStyle,
    PlanChoices,
)

pytestmark = pytest.mark.db

HEADER = "Product;Style code;Size;Supplier;Purchase order number;Purchase date;Cost\n"
FEE = "Seller Fee"


def purchases(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_check_review_run_undo_and_redo(soleflip: Commands, tmp_path: Path) -> None:
    rows = [sale(n) for n in (101, 102, 103)] + [sale(104, {FEE: "free"})]
    path = write_rows(tmp_path / "report.csv", rows)
    draft = soleflip("import", path, "--check", "--json", code=2)
    assert (draft["status"], draft["imported"], draft["rejected"]) == ("draft", 3, 1)
    assert draft["totals"]["EUR"]["payout"] == "255.00"
    number = str(draft["batch"])
    assert f"imports review|run|discard {number}" in soleflip("imports", "show", number)
    review = soleflip("imports", "review", number, "--json")
    assert [(row["row"], row["row_class"]) for row in review] == [
        (1, "new"),
        (2, "new"),
        (3, "new"),
        (4, "rejected"),
    ]
    bad = soleflip("imports", "review", number, "--class", "rejected")
    assert "“free” is not an amount" in bad
    page = soleflip("imports", "review", number, "--offset", "1", "--limit", "1", "--json")
    assert [row["row"] for row in page] == [2]
    path.unlink()  # the draft keeps its rows
    result = soleflip("imports", "run", number, "--json", code=2)
    assert (result["status"], result["batch"], result["imported"]) == ("completed", int(number), 3)
    assert "not a draft" in soleflip("imports", "run", number, code=1)
    planned = soleflip("imports", "undo", number, "--dry-run", "--json")
    assert (planned["dry_run"], planned["reverted"], planned["kept"]) == (True, 3, [])
    assert "took back 3 rows, kept 0" in soleflip("imports", "undo", number)
    assert "undone" in soleflip("imports", "list")
    again = soleflip("imports", "redo", number, "--json", code=2)
    assert (again["status"], again["imported"]) == ("completed", 3)


def test_a_draft_can_be_discarded(soleflip: Commands, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "report.csv", [sale(150)])
    draft = soleflip("import", path, "--check", "--json")
    assert "was thrown away" in soleflip("imports", "discard", str(draft["batch"]))
    assert "There is no import" in soleflip("imports", "show", str(draft["batch"]), code=1)


def test_rejected_rows_are_mended_and_imported_again(soleflip: Commands, tmp_path: Path) -> None:
    rows = [sale(201), sale(202, {FEE: "free"}), sale(203, {"Sale Date": "soon"})]
    path = write_rows(tmp_path / "report.csv", rows)
    result = soleflip("import", path, "--json", code=2)
    saved = tmp_path / "rejected.csv"
    assert "2 rows" in soleflip("imports", "rejected", str(result["batch"]), "--out", saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        header, first, second = csv.reader(file)
    assert header[-1] == "Error"
    assert "“free” is not an amount" in first[-1]
    first[header.index(FEE)] = "7.00"
    mended = write_rows(tmp_path / "mended.csv", [first, second], header=header)
    again = soleflip("import", mended, "--json", code=2)
    assert (again["imported"], again["rejected"], again["format"]) == (1, 1, "stockx-sales")
    soleflip("imports", "rejected", str(again["batch"]), "--out", saved)
    with saved.open(encoding="utf-8-sig", newline="") as file:
        header, left = csv.reader(file)
    assert header.count("Error") == 1
    left[header.index("Sale Date")] = "2024-05-31 21:40:06 +00"
    write_rows(mended, [left], header=header)
    assert soleflip("import", mended, "--json")["imported"] == 1


def test_a_short_list_with_an_error_column_is_still_recognised(
    soleflip: Commands, tmp_path: Path
) -> None:
    path = tmp_path / "shops.csv"
    header = "Supplier,Website,Country,Return policy days,Notes"
    path.write_text(f"{header}\nShop,shop.example,DE,ten,\n", encoding="utf-8")
    result = soleflip("import", path, "--json", code=2)
    saved = tmp_path / "rejected.csv"
    soleflip("imports", "rejected", str(result["batch"]), "--out", saved)
    text = saved.read_text(encoding="utf-8-sig").replace("ten", "10", 1)
    saved.write_text(text, encoding="utf-8-sig")
    again = soleflip("import", saved, "--json")
    assert (again["imported"], again["format"]) == (1, "suppliers")


# -- what a file leaves open ---------------------------------------------------------------------


def test_days_that_may_be_months_are_asked_for(soleflip: Commands, tmp_path: Path) -> None:
    path = purchases(tmp_path / "p.csv", "Dunk;D1;9;Shop;A-1;03/04/2024;80.50")
    words = ("import", path, "--profile", "purchases", "--currency", "EUR")
    told = soleflip(*words, code=1)
    assert "Purchase date" in told
    assert "--dates" in told
    asked = soleflip(*words, "--json", code=1)
    assert set(asked) == {"file", "error"}
    assert "--dates" in asked["error"]
    assert soleflip(*words, "--dates", "dmy", "--json")["imported"] == 1


def test_amounts_without_currency_and_of_any_style_are_asked_for(
    soleflip: Commands, tmp_path: Path
) -> None:
    path = purchases(tmp_path / "p.csv", "Dunk;D1;9;Shop;B-1;2024-04-30;1.234")
    words: list[str | Path] = ["import", path, "--format", "purchases"]
    assert "--currency" in soleflip(*words, code=1)
    words += ["--currency", "eur"]
    assert "--decimal" in soleflip(*words, code=1)
    result = soleflip(*words, "--decimal", "comma", "--json")
    assert result["totals"]["EUR"]["cost"] == "1234.00"


def test_columns_words_and_constants_are_named(soleflip: Commands, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Was,Nummer,EK,Lage\nDunk,D1,80.00,Keller\n", encoding="utf-8")
    words: list[str | Path] = ["import", path, "--profile", "inventory-list", "--currency", "EUR"]
    words += ["--column", "Was=name", "--column", "Nummer=size", "--column", "Lage=item_status"]
    told = soleflip(*words, code=1)
    assert "“Keller”" in told
    assert '--map "item_status:Keller=' in told
    words += ["--map", "item_status:Keller=consigned", "--set", "location=Shelf 3"]
    assert soleflip(*words, "--json")["imported"] == 1
    out = tmp_path / "items.csv"
    soleflip("export", "items", "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = [row for row in csv.DictReader(file) if row["Location"] == "Shelf 3"]
    assert (row["Product"], row["Status"]) == ("Dunk", "consigned")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--column", "Wo=location"), "has no column “Wo”"),
        (("--profile", "gone.soleflip-profile"), "gone.soleflip-profile"),
    ],
)
def test_a_flag_that_does_not_fit_the_file_is_told(
    soleflip: Commands, tmp_path: Path, words: tuple[str, str], told: str
) -> None:
    path = purchases(tmp_path / "p.csv", "Dunk;D1;9;Shop;C-1;2024-04-30;80.50")
    assert told in soleflip("import", path, *words, code=1)


@pytest.mark.parametrize(
    ("words", "form"),
    [
        (("--map", "item_status"), "--map FIELD:WORD=OURS"),
        (("--map", "item_status:Keller"), "--map FIELD:WORD=OURS"),
        (("--set", "location"), "--set FIELD=VALUE"),
        (("--column", "Was"), "--column HEADER=FIELD"),
    ],
)
def test_a_flag_that_is_no_pair_is_told(words: tuple[str, str], form: str) -> None:
    with pytest.raises(UserError, match=f"“{words[1]}” is not of the form {form}"):
        choices_of(parser().parse_args(["import", "a.csv", *words]), None)


def test_flags_become_choices() -> None:
    words = (
        "--delimiter tab --header-row 3 --decimal comma --dates mdy --currency usd --mode update"
    )
    words += " --identity content --zone Europe/Berlin --sheet S --encoding cp1252 --account Mine"
    pairs = ["--column", "a=b=name", "--set", "notes=x", "--map", "platform:eBay.de: x=ebay"]
    choices = choices_of(parser().parse_args(["import", "a.csv", *words.split(), *pairs]), "x")
    assert choices == PlanChoices(
        profile="x",
        encoding="cp1252",
        delimiter="\t",
        sheet="S",
        header_row=2,
        number=NumberStyle.COMMA,
        dates=DateOrder.MDY,
        currency="USD",
        zone="Europe/Berlin",
        account="Mine",
        identity=Identity.CONTENT,
        mode=ImportMode.UPDATE,
        columns={"a=b": "name"},
        constants={"notes": "x"},
        values={"platform": {"eBay.de: x": "ebay"}},
    )


# -- profiles ------------------------------------------------------------------------------------


def test_a_profile_is_saved_shared_deleted_and_added(soleflip: Commands, tmp_path: Path) -> None:
    path = tmp_path / "keller.csv"
    path.write_text("Was;Gr;EK;Wann\nDunk;9;80,50;03/04/24\n", encoding="utf-8")
    words: list[str | Path] = ["--profile", "inventory-list", "--currency", "EUR"]
    words += ["--column", "Was=name", "--column", "Gr=size", "--column", "EK=cost_gross"]
    words += ["--column", "Wann=acquired_at"]
    assert "--dates" in soleflip("profiles", "save", "Keller list", path, *words, code=1)
    words += ["--dates", "dmy", "--mode", "both"]
    assert "is kept as keller-list" in soleflip("profiles", "save", "Keller list", path, *words)
    kept = {p["key"]: p for p in soleflip("profiles", "list", "--json")}
    assert kept["keller-list"] == {
        "key": "keller-list",
        "title": "Keller list",
        "target": "items",
    }
    shared = tmp_path / "keller.soleflip-profile"
    soleflip("profiles", "share", "keller-list", "--out", shared)
    first = soleflip("import", path, "--json")  # recognised, with nothing more to say
    assert (first["format"], first["imported"]) == ("keller-list", 1)
    assert "was removed" in soleflip("profiles", "delete", "keller-list")
    soleflip("import", path, code=1)
    by_file = soleflip("import", path, "--profile", shared, "--json")
    assert (by_file["format"], by_file["duplicates"]) == ("keller-list", 1)
    assert "is kept as keller-list" in soleflip("profiles", "add", shared)
    assert soleflip("import", path, "--json")["duplicates"] == 1


def test_shipped_profiles_stay_and_names_are_told(soleflip: Commands, tmp_path: Path) -> None:
    assert "stays" in soleflip("profiles", "delete", "stockx-sales", code=1)
    assert "no import profile “x”" in soleflip("profiles", "delete", "x", code=1)
    out = tmp_path / "a.csv"
    assert "no import profile “x”" in soleflip("profiles", "share", "x", "--out", out, code=1)
    path = write_rows(tmp_path / "r.csv", [sale(1)])
    told = soleflip("profiles", "save", "StockX sales", path, code=1)
    assert "is the name of a shipped profile" in told
    assert "needs a name" in soleflip("profiles", "save", "!", path, code=1)
    listed = soleflip("profiles", "list")
    assert "stockx-sales" in listed


def test_templates_and_examples_import(soleflip: Commands, tmp_path: Path) -> None:
    template, example = tmp_path / "template.csv", tmp_path / "example.csv"
    soleflip("profiles", "template", "suppliers", "--out", template)
    with template.open("a", encoding="utf-8") as file:
        file.write(",Sample Shop\n")
    result = soleflip("import", template, "--profile", "suppliers", "--json", code=2)
    assert result["rows"] == 1  # a row too short is told: the template was the right one
    soleflip("profiles", "example", "suppliers", "--out", example)
    assert example.read_bytes() == example_path("suppliers").read_bytes()
    done = soleflip("import", example, "--json")
    assert done["imported"] == done["rows"]
