"""Profiles: kept under a name, shared as files, and the ones that come with the app."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from soleflip_desktop.connectors.files.decide import plan_file
from soleflip_desktop.connectors.files.profiles import builtin
from soleflip_desktop.connectors.files.templates import example_path
from soleflip_desktop.domain.cancellation import CancelToken
from soleflip_desktop.domain.errors import FileImportError, NotFoundError, UserError
from soleflip_desktop.domain.import_plan import DateOrder, ImportPlan, PlanChoices
from soleflip_desktop.services.profiles import Document, SavedProfiles
from soleflip_desktop.sync.profile_book import ProfileBook, all_profiles, read_profile

SHIPPED = [*builtin().values()]


class Kept(SavedProfiles):
    """In memory."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def load(self) -> list[Document]:
        return list(self.documents.values())

    async def all(self) -> list[Document]:
        return self.load()

    async def save(self, key: str, title: str, document: Document) -> None:
        assert title == document["title"]
        self.documents[key] = json.loads(json.dumps(document))

    async def delete(self, key: str) -> bool:
        return self.documents.pop(key, None) is not None


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def book(kept: Kept) -> ProfileBook:
    return ProfileBook(kept)


@pytest.fixture
def cellar(tmp_path: Path) -> Path:
    path = tmp_path / "cellar.csv"
    path.write_text("Was;Gr;EK;Wann;Stand\nDunk;9;80,50;03/04/24;Keller\n", encoding="utf-8")
    return path


CHOICES = PlanChoices(
    profile="inventory-list",
    currency="EUR",
    dates=DateOrder.DMY,
    columns={"Was": "name", "Gr": "size", "EK": "cost_gross", "Wann": "acquired_at"}
    | {"Stand": "item_status"},
    values={"item_status": {"Keller": "consigned"}},
    constants={"location": "Shelf 3"},
)


def plan_of(path: Path, profiles: ProfileBook) -> ImportPlan:
    return plan_file(path, asyncio.run(profiles.profiles()), PlanChoices(), CancelToken())


def test_what_was_decided_once_is_not_asked_again(book: ProfileBook, cellar: Path) -> None:
    with pytest.raises(FileImportError, match="not recognised"):
        plan_of(cellar, book)
    saved = asyncio.run(book.save_file("  Cellar list ", cellar, SHIPPED, CHOICES))
    assert (saved.key, saved.title) == ("cellar-list", "Cellar list")
    plan = plan_of(cellar, book)
    assert (plan.profile, plan.currency) == ("cellar-list", "EUR")
    fields = {column.field: column for column in plan.columns}
    assert set(fields) == {"name", "size", "cost_gross", "acquired_at", "item_status"}
    assert fields["acquired_at"].dates is DateOrder.DMY
    assert fields["item_status"].values["Keller"] == "consigned"
    assert [profile.key for profile in book.load()] == [*builtin(), "cellar-list"]


def test_a_file_that_leaves_something_open_is_not_kept(book: ProfileBook, cellar: Path) -> None:
    with pytest.raises(UserError, match="--currency"):
        asyncio.run(
            book.save_file(
                "Cellar", cellar, SHIPPED, PlanChoices("inventory-list", columns=CHOICES.columns)
            )
        )
    assert asyncio.run(book.profiles()) == SHIPPED


def test_another_plan_under_the_name_takes_its_place(
    book: ProfileBook, kept: Kept, cellar: Path
) -> None:
    asyncio.run(book.save_file("Cellar", cellar, SHIPPED, CHOICES))
    plan = plan_of(example_path("suppliers"), book)
    asyncio.run(book.save("CELLAR", plan))
    assert {key: document["target"] for key, document in kept.documents.items()} == {
        "cellar": "suppliers"
    }


@pytest.mark.parametrize(
    ("name", "told"),
    [("StockX sales", "name of a shipped profile"), ("  ", "needs a name"), ("!?", "needs a name")],
)
def test_a_name_that_cannot_be_is_told(book: ProfileBook, kept: Kept, name: str, told: str) -> None:
    plan = plan_of(example_path("suppliers"), book)
    with pytest.raises(UserError, match=told):
        asyncio.run(book.save(name, plan))
    assert kept.documents == {}


def test_a_shared_profile_is_the_same_elsewhere(
    book: ProfileBook, cellar: Path, tmp_path: Path
) -> None:
    saved = asyncio.run(book.save_file("Cellar", cellar, SHIPPED, CHOICES))
    shared = tmp_path / "a.soleflip-profile"
    asyncio.run(book.share("cellar", shared))
    assert read_profile(shared) == saved
    elsewhere = ProfileBook(Kept())
    assert asyncio.run(elsewhere.add(shared)) == saved
    assert asyncio.run(elsewhere.find("cellar")) == saved
    asyncio.run(book.share("suppliers", shared))
    with pytest.raises(UserError, match="name of a shipped"):
        asyncio.run(elsewhere.add(shared))


def test_what_is_no_profile_is_refused_by_its_name(book: ProfileBook, tmp_path: Path) -> None:
    path = tmp_path / "no.soleflip-profile"
    with pytest.raises(UserError, match=r"no\.soleflip-profile"):
        asyncio.run(book.add(path))
    for data in (b"\xff\xfe\x00", b"[]", b'{"key": "x"}'):
        path.write_bytes(data)
        with pytest.raises(UserError, match=r"no\.soleflip-profile"):
            asyncio.run(book.add(path))
    with pytest.raises(UserError, match="My list"):
        all_profiles([{"key": "mine", "title": "My list"}])


def test_only_saved_profiles_can_be_deleted(book: ProfileBook, cellar: Path) -> None:
    asyncio.run(book.save_file("Cellar", cellar, SHIPPED, CHOICES))
    asyncio.run(book.delete("cellar"))
    with pytest.raises(NotFoundError, match="“cellar”"):
        asyncio.run(book.delete("cellar"))
    with pytest.raises(UserError, match="comes with the app"):
        asyncio.run(book.delete("suppliers"))


def test_templates_are_written_for_all_and_examples_for_shipped_ones(
    book: ProfileBook, cellar: Path, tmp_path: Path
) -> None:
    asyncio.run(book.save_file("Cellar", cellar, SHIPPED, CHOICES))
    out = tmp_path / "t.csv"
    asyncio.run(book.write_template("cellar", out, example=False))
    assert out.read_text(encoding="utf-8-sig") == "Was,Gr,Stand,Wann,EK\n"
    with pytest.raises((UserError, NotFoundError), match="example"):
        asyncio.run(book.write_template("cellar", out, example=True))
    asyncio.run(book.write_template("suppliers", out, example=True))
    assert out.read_bytes() == example_path("suppliers").read_bytes()
    with pytest.raises(UserError, match="cannot be written"):
        asyncio.run(book.write_template("suppliers", tmp_path / "no" / "t.csv", example=False))
