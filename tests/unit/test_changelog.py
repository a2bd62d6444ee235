"""The changelog as data: its sections, and which of them a reader has not seen."""

from __future__ import annotations

from pathlib import Path

from soleflip_desktop import __version__
from soleflip_desktop.domain.changelog import Section, newer_than, news_of, sections

TEXT = """# Changelog

The form follows something.

## [Unreleased]

### Added

- Under way.

## [1.4.0] - 2026-11-24

### Fixed

- Four, over
  two lines.

## [1.3.0] - 2026-11-02

- Three.

## [1.0.0] - 2026-01-05

- One.

[1.4.0]: https://example.org/compare/1.3.0...1.4.0
"""
FOUR = "### Fixed\n\n- Four, over\n  two lines."


def test_sections_have_version_day_and_body() -> None:
    found = sections(TEXT)

    assert [(one.version, one.day) for one in found] == [
        ("Unreleased", ""),
        ("1.4.0", "2026-11-24"),
        ("1.3.0", "2026-11-02"),
        ("1.0.0", "2026-01-05"),
    ]
    assert found[1].body == FOUR
    assert found[-1].body == "- One.", "link definitions are no part of a version"


def test_a_section_reads_back() -> None:
    section = Section("1.4.0", "2026-11-24", FOUR)
    assert sections(str(section)) == [section]


def test_notes_are_cut_to_what_is_new() -> None:
    assert newer_than("1.3.0", TEXT) == FOUR
    several = newer_than("1.0.0", TEXT)
    assert [one.version for one in sections(several)] == ["1.4.0", "1.3.0"]


def test_notes_without_versions_stay_as_they_are() -> None:
    assert newer_than("1.0.0", "- Just this.") == "- Just this."


def test_news_of_an_update_name_the_versions_between() -> None:
    assert news_of("1.4.0", TEXT) == FOUR
    between = sections(news_of("1.4.0", TEXT, after="1.0.0"))
    assert [one.version for one in between] == ["1.4.0", "1.3.0"]


def test_a_checkout_shows_what_is_under_way() -> None:
    assert news_of("1.5.0", TEXT) == "### Added\n\n- Under way."
    assert news_of("1.5.0", "# Changelog\n") == ""


def test_our_own_changelog_has_news() -> None:
    text = (Path(__file__).parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    assert news_of(__version__, text).startswith("### ")
