"""What operating systems are told about the app agrees with itself, and is well-formed."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest

from helpers.scripts import load_script
from soleflip_desktop import __version__

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "packaging" / "version_info.py"
CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.4.0] - 2027-01-31

### Added

- Something.

## [1.3.0] - 2026-12-24
"""


@pytest.fixture(scope="module")
def info() -> ModuleType:
    return load_script("version_info")


def entry(text: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return dict(parser["Desktop Entry"])


def test_the_version_is_the_app_s(info: ModuleType) -> None:
    assert info.app_version() == __version__


def test_the_names_are_those_of_the_project(info: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == info.PACKAGE
    assert info.PACKAGE in project["scripts"]
    assert project["authors"][0]["name"] == info.PUBLISHER
    assert project["license"] in info.metainfo("")


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("1.2.3", (1, 2, 3, 0)), ("0.10.0", (0, 10, 0, 0)), ("2.0.0rc1", (2, 0, 0, 0))],
)
def test_windows_counts_four_numbers(
    info: ModuleType, version: str, numbers: tuple[int, ...]
) -> None:
    assert info.four_numbers(version) == numbers


def test_a_version_of_another_form_is_refused(info: ModuleType) -> None:
    with pytest.raises(ValueError, match="not a version"):
        info.four_numbers("1.2")


@pytest.mark.parametrize("console", [False, True])
def test_the_windows_resource_is_an_expression_that_pyinstaller_reads(
    info: ModuleType, *, console: bool
) -> None:
    text = info.windows_resource("1.2.3", console=console)
    tree = ast.parse(text, mode="eval")
    strings = {
        call.args[0].value: call.args[1].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "StringStruct"
        if isinstance(call.args[0], ast.Constant) and isinstance(call.args[1], ast.Constant)
    }
    assert strings["ProductVersion"] == "1.2.3"
    name = "soleflip.exe" if console else "SoleFlip Desktop.exe"
    assert strings["OriginalFilename"] == name
    assert "(1, 2, 3, 0)" in text


def test_macos_knows_the_version_and_the_profiles(info: ModuleType) -> None:
    plist = info.info_plist("1.2.3")
    assert plist["CFBundleShortVersionString"] == plist["CFBundleVersion"] == "1.2.3"
    assert plist["LSMinimumSystemVersion"] == "13.0"
    assert plist["NSHighResolutionCapable"] is True
    (kind,) = plist["CFBundleDocumentTypes"]
    (declared,) = plist["UTExportedTypeDeclarations"]
    assert kind["LSItemContentTypes"] == [declared["UTTypeIdentifier"]]
    tags = declared["UTTypeTagSpecification"]
    assert tags["public.filename-extension"] == ["soleflip-profile"]


def test_linux_opens_profiles_and_starts_without_one(info: ModuleType) -> None:
    menu, opening = entry(info.desktop_entry("cmd")), entry(info.opening_entry("cmd"))
    assert menu["Exec"] == "cmd", "a menu gives no file to --open"
    assert "MimeType" not in menu
    assert opening["Exec"] == "cmd --open %f"
    assert opening["NoDisplay"] == "true"
    declared = ET.fromstring(info.mime_types())  # noqa: S314  our own text
    (kind,) = declared
    assert opening["MimeType"] == kind.attrib["type"] + ";"
    assert kind[-1].attrib["pattern"] == "*.soleflip-profile"


def test_software_centres_show_the_released_versions(info: ModuleType) -> None:
    described = ET.fromstring(info.metainfo(CHANGELOG))  # noqa: S314  our own text
    assert [release.attrib for release in described.iter("release")] == [
        {"version": "1.4.0", "date": "2027-01-31"},
        {"version": "1.3.0", "date": "2026-12-24"},
    ]
    unreleased = ET.fromstring(info.metainfo("## [Unreleased]"))  # noqa: S314  our own text
    assert list(unreleased.iter("releases")) == []


def test_the_debian_package_s_pre_release_sorts_before_its_release(info: ModuleType) -> None:
    assert info.debian_version("1.2.0rc1") == "1.2.0~rc1"
    assert info.debian_version("1.2.0-beta.1") == "1.2.0~beta.1"
    assert info.debian_version("1.2.0") == "1.2.0"


def test_the_control_file_is_one_paragraph(info: ModuleType) -> None:
    text = info.debian_control(
        "1.2.0", architecture="amd64", depends=("a", "b | c"), installed_kib=9
    )
    lines = text.splitlines()
    assert all(re.match(r"[A-Z][A-Za-z-]+: \S| \S", line) for line in lines), text
    assert "Depends: a, b | c" in lines
    assert max(map(len, lines)) <= 100
