"""From a profile to a plan, and what is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from helpers.sketches import read_table, sketch
from helpers.stockx_report import HEADER, sale
from soleflip_desktop.connectors.files.planning import profile_of, propose, settle
from soleflip_desktop.connectors.files.profiles import (
    builtin,
    profile_from_json,
    profile_to_json,
)
from soleflip_desktop.connectors.files.recognise import candidates, is_certain
from soleflip_desktop.connectors.files.suggestions import MOST, suggest
from soleflip_desktop.domain.errors import UserError
from soleflip_desktop.domain.import_fields import Target
from soleflip_desktop.domain.import_plan import (
    DateOrder,
    Identity,
    ImportMode,
    ImportPlan,
    NumberStyle,
    PlanChoices,
)
from soleflip_desktop.domain.import_sketch import (
    ColumnEvidence,
    FileScan,
    Question,
    QuestionKind,
)
from soleflip_desktop.resources import resource_path

PROFILES = tuple(builtin().values())
STOCK = ["Product", "Brand", "Size", "Status", "Location", "Quantity", "Cost", "Currency"]
POINT, COMMA = NumberStyle
NOTHING = PlanChoices()


def plan_of(
    header: list[str], rows: list[list[str]] | None = None, choices: PlanChoices = NOTHING
) -> tuple[ImportPlan, tuple[Question, ...]]:
    return propose(sketch(header, rows or []), PROFILES, choices)


def kinds(questions: tuple[Question, ...]) -> list[QuestionKind]:
    return [question.kind for question in questions]


# -- the layout --------------------------------------------------------------------------------


def test_a_known_report_asks_nothing() -> None:
    plan, questions = plan_of(HEADER, [sale(1)])
    assert questions == ()
    assert (plan.profile, plan.target, plan.mode) == ("stockx-sales", "sales", "insert")
    assert [c.field for c in plan.columns] == [c.field for c in builtin()["stockx-sales"].columns]
    assert plan.header_of("payout") == "Total Gross Amount (Total Payout)"
    gross = plan.column("gross")
    assert gross is not None
    assert (gross.number, gross.required) == (POINT, True)


def test_the_kind_column_is_found() -> None:
    header, rows = read_table(resource_path("imports/examples/ebay-transactions-de.csv"))
    plan, questions = plan_of(header, rows)
    assert questions == ()
    assert plan.kind_source == header.index("Typ")
    assert plan.rows.charges["Rückerstattung"] == "refund"


def test_the_plan_keeps_the_order_of_the_profile() -> None:
    """Rows without a number are identified by their cells in this order."""
    header = ["Shoe Size", "Sale Price", "Sneaker Name", "Retail Price", "Order Date"]
    plan, _ = plan_of(header)
    assert [c.field for c in plan.columns] == ["sold_at", "name", "gross", "retail_price", "size"]


def test_an_unknown_table_is_asked_about_and_nothing_else() -> None:
    plan, questions = plan_of(["x", "Name", "Price"])
    assert kinds(questions) == [QuestionKind.PROFILE]
    assert questions[0].message.startswith(
        "Mai.csv: this file is not recognised. Its columns begin with “x”, “Name”, “Price”"
    )
    assert questions[0].options[0] == plan.profile
    assert questions[0].remedy == f"--profile {plan.profile}"
    _, questions = plan_of(["x"])
    assert set(questions[0].options) == set(builtin())


def test_the_message_about_an_unknown_table_stays_short() -> None:
    _, questions = plan_of(["n" * 5_000] * 50)
    assert len(questions[0].message) < 600


def test_two_layouts_that_fit_equally_are_both_offered() -> None:
    _, questions = plan_of(["Product", "Brand", "Size", "Supplier", "Acquired", "Cost"])
    assert kinds(questions) == [QuestionKind.PROFILE]
    assert {"purchases", "inventory-list"} <= set(questions[0].options)


def test_a_chosen_profile_counts_and_an_unknown_one_is_told() -> None:
    plan, questions = plan_of(HEADER, [sale(1)], PlanChoices(profile="inventory-list"))
    assert plan.profile == "inventory-list"
    assert QuestionKind.PROFILE not in kinds(questions)
    with pytest.raises(UserError, match=r"no profile “stokx”.*stockx-sales"):
        plan_of(HEADER, [], PlanChoices(profile="stokx"))


def test_a_missing_column_is_asked_for_with_the_spare_ones() -> None:
    header = ["Nr" if name == "Order Number" else name for name in HEADER]
    _, questions = plan_of(header, [], PlanChoices(profile="stockx-sales"))
    assert kinds(questions) == [QuestionKind.COLUMN]
    assert questions[0].subject == "external_id"
    assert "needs the column Order Number" in questions[0].message
    assert "Nr" in questions[0].options
    assert "Item" not in questions[0].options
    plan, questions = plan_of(
        header, [], PlanChoices(profile="stockx-sales", columns={"Nr": "external_id"})
    )
    assert questions == ()
    assert plan.header_of("external_id") == "Nr"


def test_a_missing_kind_column_is_told() -> None:
    header, _ = read_table(resource_path("imports/examples/ebay-transactions.csv"))
    header.remove("Type")
    _, questions = plan_of(header, [], PlanChoices(profile="ebay-transactions"))
    assert [question.subject for question in questions] == ["Type"]


# -- columns -----------------------------------------------------------------------------------


def test_columns_can_be_mapped_left_out_and_held_constant() -> None:
    choices = PlanChoices(
        columns={"Sku Name": "name", "Item": "", "shipping": "adjustment"},
        constants={"brand": "Nike"},
    )
    plan, questions = plan_of(HEADER, [sale(1)], choices)
    assert questions == ()
    assert plan.header_of("name") == "Sku Name"
    assert plan.header_of("adjustment") == "Shipping Fee"
    assert plan.column("shipping") is None
    brand = plan.column("brand")
    assert brand is not None
    assert (brand.source, brand.constant) == (None, "Nike")
    assert plan.columns[-1].field == "brand"


def test_a_constant_takes_the_place_of_a_column_and_answers_for_a_missing_one() -> None:
    header = ["Product", "Size", "Cost", "Acquired", "Order No.", "Invoice No.", "Currency"]
    choices = PlanChoices(profile="purchases", constants={"supplier": "Shop", "size": "9"})
    plan, questions = plan_of(header, [], choices)
    assert questions == ()
    sizes = [column for column in plan.columns if column.field == "size"]
    assert [(column.source, column.constant) for column in sizes] == [(None, "9")]


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (PlanChoices(columns={"Colour": "brand"}), "has no column “Colour”"),
        (PlanChoices(columns={"Item": "nam"}), "no field “nam” for sales"),
        (PlanChoices(constants={"prize": "1"}), "no field “prize” for sales"),
    ],
)
def test_choices_that_there_are_not_are_told(choices: PlanChoices, told: str) -> None:
    with pytest.raises(UserError, match=told):
        plan_of(HEADER, [], choices)


def test_two_columns_for_one_field_force_a_choice() -> None:
    header = [*STOCK[:2], "US Size", "EU Size", *STOCK[3:]]
    rows = [["Dunk", "Nike", "9", "42.5", "available", "A", "1", "100", "EUR"]]
    _, questions = plan_of(header, rows)
    assert kinds(questions) == [QuestionKind.COLUMN]
    assert questions[0].options == ("US Size", "EU Size")
    assert questions[0].remedy == '--column "US Size=size"'
    plan, questions = plan_of(header, rows, PlanChoices(columns={"EU Size": "size"}))
    assert questions == ()
    assert plan.header_of("size") == "EU Size"


def test_equal_columns_with_equal_cells_need_no_choice() -> None:
    same = [[*sale(1), sale(1)[HEADER.index("Item")]]]
    assert plan_of([*HEADER, "Item"], same)[1] == ()
    other = [[*sale(1), "Other"]]
    assert kinds(plan_of([*HEADER, "Item"], other)[1]) == [QuestionKind.COLUMN]


def test_the_choices_of_a_run_are_kept() -> None:
    choices = PlanChoices(
        identity=Identity.CONTENT,
        mode=ImportMode.BOTH,
        account="Second",
        zone="Europe/Berlin",
        currency="CHF",
        values={"condition": {"Top": "excellent"}},
        constants={"condition": "Top"},
    )
    plan, _ = plan_of(HEADER, [sale(1)], choices)
    assert (plan.identity, plan.mode, plan.account) == ("content", "both", "Second")
    assert (plan.zone, plan.currency) == ("Europe/Berlin", "CHF")
    condition = plan.column("condition")
    assert condition is not None
    assert condition.values == {"Top": "excellent"}


@pytest.mark.parametrize("zone", ["Mars/X", "Europe", "../Europe/Berlin", "o'clock"])
def test_a_time_zone_that_there_is_not_is_told(zone: str) -> None:
    with pytest.raises(UserError, match=f"“{zone}” is no time zone.*Europe/Berlin"):
        plan_of(HEADER, [sale(1)], PlanChoices(zone=zone))
    unzoned = dataclasses.replace(builtin()["stockx-sales"], zone=zone)
    with pytest.raises(UserError, match=f"“{zone}” is no time zone.*Europe/Berlin"):
        propose(sketch(HEADER, [sale(1)]), [unzoned], PlanChoices(profile="stockx-sales"))


def test_a_plan_with_no_such_time_zone_is_not_kept() -> None:
    plan, _ = plan_of(HEADER, [sale(1)])
    with pytest.raises(UserError, match="“Mars/X” is no time zone"):
        profile_of(dataclasses.replace(plan, zone="Mars/X"), "mine", "Mine")


# -- numbers, dates, currencies ----------------------------------------------------------------


def number_of(plan: ImportPlan, field: str) -> NumberStyle | None:
    column = plan.column(field)
    assert column is not None
    return column.number


def dates_of(plan: ImportPlan, field: str) -> DateOrder | None:
    column = plan.column(field)
    assert column is not None
    return column.dates


def test_a_report_saved_by_a_german_spreadsheet_is_left_to_its_values() -> None:
    """All columns alike, for the sample may hold whole numbers only."""
    german = [cell.replace(".00", ",00") for cell in sale(1, {"Seller Fee": "7,00"})]
    plan, questions = plan_of(HEADER, [german])
    assert questions == ()
    assert {number_of(plan, name) for name in ("seller_fee", "gross", "payout")} == {None}
    assert dates_of(plan, "sold_at") is DateOrder.YMD
    plan, _ = plan_of(
        HEADER, [sale(1, dict.fromkeys(("Sale Date", "Payout date"), "31.05.2024 21:40"))]
    )
    assert {dates_of(plan, name) for name in ("sold_at", "paid_at")} == {None}
    assert number_of(plan, "gross") is POINT


def test_one_slip_among_the_first_rows_does_not_loosen_the_layout() -> None:
    slips = {"Seller Fee": "7,00", "Sale Date": "31.05.2024"}
    plan, _ = plan_of(HEADER, [sale(1, slips), sale(2)])
    assert number_of(plan, "gross") is POINT
    assert dates_of(plan, "sold_at") is DateOrder.YMD


def test_a_choice_of_style_goes_before_the_layout() -> None:
    choices = PlanChoices(number=COMMA, dates=DateOrder.DMY)
    plan, _ = plan_of(HEADER, [sale(1)], choices)
    assert {number_of(plan, "gross"), number_of(plan, "payout")} == {COMMA}
    assert dates_of(plan, "sold_at") is DateOrder.DMY
    assert number_of(plan, "name") is None


def test_amounts_without_a_currency_are_asked_about_once() -> None:
    row = ["Dunk", "Nike", "9", "available", "A", "1", "100", "120"]
    header = [*STOCK[:7], "UVP"]
    choices = PlanChoices(profile="inventory-list", columns={"UVP": "retail_price"})
    plan, questions = plan_of(header, [row], choices)
    assert kinds(questions) == [QuestionKind.CURRENCY]
    assert plan.currency is None
    assert questions[0].remedy == "--currency EUR"
    assert "which currency “Cost”, “UVP” are in." in questions[0].message
    _, (question,) = plan_of(STOCK[:7], [row[:7]], PlanChoices(profile="inventory-list"))
    assert "which currency “Cost” is in." in question.message
    plan, questions = plan_of(header, [row], dataclasses.replace(choices, currency="EUR"))
    assert (plan.currency, questions) == ("EUR", ())


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [
        ("Cost", "100 €", "EUR"),
        ("Cost", "$1,045.99", "USD"),
        ("Cost", "CHF 12.50", "CHF"),
        ("Cost (€)", "100", "EUR"),
    ],
)
def test_signs_and_headers_name_the_currency(header: str, cell: str, currency: str) -> None:
    row = ["Dunk", "Nike", "9", "available", "A", "1", cell]
    plan, questions = plan_of([*STOCK[:6], header], [row])
    assert (plan.currency, questions) == (currency, ())


def test_cells_that_each_name_their_currency_need_no_common_one() -> None:
    rows = [["Dunk", "Nike", "9", "available", "A", "1", cell] for cell in ("1 €", "$2", "N/A")]
    plan, questions = plan_of(STOCK[:7], rows)
    assert (plan.currency, questions) == (None, ())


def test_one_column_of_currencies_speaks_for_buying_and_selling() -> None:
    header, rows = read_table(resource_path("imports/examples/reseller-sheet.csv"))
    plan, questions = plan_of(header, rows)
    assert questions == ()
    assert plan.header_of("cost_currency") == plan.header_of("gross_currency") == "Currency"


def test_charges_of_a_sale_are_in_its_currency() -> None:
    header, rows = read_table(resource_path("imports/examples/soleflip-orders.csv"))
    assert plan_of(header, rows)[1] == ()


# -- what all values say -----------------------------------------------------------------------


def evidence(field: str, **more: object) -> ColumnEvidence:
    return dataclasses.replace(
        ColumnEvidence(field, field.title(), 3, {"point": 3, "comma": 3}, {}),
        **more,  # type: ignore[arg-type]  # the fields that a test is about
    )


UNDECIDED = evidence(
    "cost_gross",
    ambiguous=True,
    example="1.200",
    readings={"point": "1.2", "comma": "1200"},
)
DAYS = evidence(
    "acquired_at",
    ambiguous=True,
    example="03/04/25",
    fits={"dmy": 3, "mdy": 3},
    readings={"dmy": "2025-04-03", "mdy": "2025-03-04"},
)


def stock(choices: PlanChoices = NOTHING) -> ImportPlan:
    row = ["Dunk", "Nike", "9", "Available", "A", "1", "1.200", "EUR", "03/04/25"]
    return plan_of([*STOCK, "Acquired"], [row], choices)[0]


def scan(
    *found: ColumnEvidence, words: Mapping[str, tuple[tuple[str, int], ...]] | None = None
) -> FileScan:
    return FileScan(3, {each.field: each for each in found}, words or {})


def test_values_decide_how_they_are_read() -> None:
    decided = evidence("cost_gross", number=COMMA), evidence("acquired_at", dates=DateOrder.MDY)
    plan, questions = settle(stock(), scan(*decided), NOTHING)
    assert questions == ()
    assert number_of(plan, "cost_gross") is COMMA
    assert dates_of(plan, "acquired_at") is DateOrder.MDY


def test_what_values_leave_open_is_asked_with_both_readings() -> None:
    plan, questions = settle(stock(), scan(UNDECIDED, DAYS), NOTHING)
    asked = {question.kind: question for question in questions}
    assert set(asked) == {QuestionKind.NUMBER, QuestionKind.DATES}
    assert "“1.200” may be 1.2 (a point" in asked[QuestionKind.NUMBER].message
    assert asked[QuestionKind.NUMBER].remedy == "--decimal point|comma"
    assert asked[QuestionKind.DATES].options == ("dmy", "mdy")
    assert asked[QuestionKind.DATES].remedy == "--dates dmy|mdy"
    assert "2025-03-04 (the month first)" in asked[QuestionKind.DATES].message
    assert number_of(plan, "cost_gross") is None


def test_a_choice_answers_both() -> None:
    choices = PlanChoices(number=COMMA, dates=DateOrder.DMY)
    plan, questions = settle(stock(choices), scan(UNDECIDED, DAYS), choices)
    assert questions == ()
    assert (number_of(plan, "cost_gross"), dates_of(plan, "acquired_at")) == (COMMA, "dmy")


def test_a_choice_does_not_spoil_a_column_that_nobody_could_read_that_way() -> None:
    choices = PlanChoices(dates=DateOrder.MDY)
    decided = evidence("acquired_at", dates=DateOrder.DMY, fits={"dmy": 3, "mdy": 0})
    plan, questions = settle(stock(choices), scan(decided), choices)
    assert (dates_of(plan, "acquired_at"), questions) == (DateOrder.DMY, ())


def test_words_are_translated_and_unknown_ones_asked_for() -> None:
    words = {"item_status": (("auf lager", 7), ("To_Ship", 5), ("Somewhere", 2), ("Odd", 1))}
    plan, questions = settle(stock(), scan(words=words), NOTHING)
    column = plan.column("item_status")
    assert column is not None
    assert (column.values["auf lager"], column.values["To_Ship"]) == ("available", "to_ship")
    assert kinds(questions) == [QuestionKind.VALUE]
    assert questions[0].subject == "item_status"
    assert "“Somewhere” (2), “Odd” (1) mean" in questions[0].message
    assert questions[0].remedy == '--map "item_status:Somewhere=ordered"'
    assert "to_ship" in questions[0].options
    choices = PlanChoices(values={"item_status": {"Somewhere": "lost", "Odd": ""}})
    assert settle(stock(choices), scan(words=words), choices)[1] == ()


def test_many_unknown_words_are_counted_not_listed() -> None:
    words = {"item_status": tuple((f"Word {n}", 1) for n in range(400))}
    _, questions = settle(stock(), scan(words=words), NOTHING)
    assert "and 394 more" in questions[0].message
    assert len(questions[0].message) < 600


def test_names_are_free() -> None:
    assert settle(stock(), scan(words={"supplier": (("Anybody", 1),)}), NOTHING)[1] == ()


# -- saving ------------------------------------------------------------------------------------


def test_a_plan_becomes_a_profile_that_knows_the_next_file() -> None:
    choices = PlanChoices(
        profile="inventory-list",
        columns={"Fach": "location"},
        values={"item_status": {"Da": "available"}},
        number=COMMA,
        constants={"cost_currency": "EUR"},
    )
    header = ["Was", "Marke", "Size", "Status", "Fach", "Cost", "Mein Vermerk"]
    plan, _ = plan_of(
        header, [], dataclasses.replace(choices, columns={"Fach": "location", "Was": "name"})
    )
    plan = dataclasses.replace(plan, edits={1: ("a",)}, skipped_rows=(2,))
    mine = profile_of(plan, "keller", "Keller")
    assert profile_from_json(profile_to_json(mine), "keller.json") == mine
    assert (mine.key, mine.title, mine.builtin, mine.currency) == ("keller", "Keller", False, "EUR")
    assert mine.ignored == ("Mein Vermerk",)
    found = candidates(header, [], [*PROFILES, mine])
    assert (found[0].profile, is_certain(found)) == ("keller", True)
    again, questions = propose(sketch(header, [], [mine]), [*PROFILES, mine], NOTHING)
    assert questions == ()
    assert again.profile == "keller"
    assert {c.field: c.source for c in again.columns} == {
        c.field: c.source for c in plan.columns if c.source is not None
    }
    assert number_of(again, "cost_gross") is COMMA
    assert not again.edits
    assert not again.skipped_rows


# -- suggestions -------------------------------------------------------------------------------


def test_fields_are_suggested_by_name_and_by_content() -> None:
    header = ["Sale price (net)", "A", "B", "C", "D", "E", ""]
    rows = [["1", "DD1391-100", "0194500874749", "a@b.example", "31.12.2024", "12,50 €", ""]]
    found = suggest(sketch(header, rows), Target.ITEMS)
    assert found[0][0] == "gross"
    assert found[1][0] == "style"
    assert found[2][0] == "ean"
    assert 3 not in found
    assert "acquired_at" in found[4]
    assert "cost_gross" not in found[4]
    assert "cost_gross" in found[5]
    assert 6 not in found
    assert all(len(fields) <= MOST for fields in found.values())
    assert suggest(sketch(header, rows), Target.SUPPLIERS)[3] == ("email",)
